import { ignore } from './report'
import { write } from './write'

/** A domain as the browser writes hosts: in lower case and punycode. `undefined` for what is none. */
const readDomain = (text: string) => {
  try {
    return /^http:..(\w[\w.-]*).$/.exec(new URL(`http://${text}`).href)?.[1]
  } catch {
    return undefined
  }
}

const tag = document.querySelector<HTMLElement>('[data-link-domains]')

/** The site's other domains. */
const domains = (tag?.dataset['linkDomains']?.match(/\S+/g) ?? []).flatMap((text) => {
  const domain = readDomain(text)
  if (!domain) ignore(text, 'domain')
  return domain ?? []
})

/**
 * The campaign as an address carries it, for one that leads to another domain of the site and has none itself: names in
 * any case, as the script reads them, and an empty value is none. Here a value has no `=` of its own.
 */
const queryFor = ({ hostname }: URL | HTMLAnchorElement, own: string) =>
  hostname !== location.hostname &&
  domains.some((domain) => `.${hostname}`.endsWith(`.${domain}`)) &&
  !/[?&#]utm_\w+=[^&#]/i.test(own)
    ? `${new URLSearchParams(window.wasabi?.attribution?.())}`.replace(
        /m(\w+?)s?=/g,
        (_, name: string) => `m_${name.toLowerCase()}=`,
      )
    : ''

/** Gives the campaign to a link. One that is written the same has another `href` all the same: an absolute one. */
export const carryByLink = (link: HTMLAnchorElement): void => {
  const { search } = link
  const query = queryFor(link, search + link.hash)
  if (query) write(link, 'search', (search && search + '&') + query)
}

/**
 * The same for a form: its address has no query but its fields, so the campaign goes among them. No element is made.
 * Attributes are read, since an input called `action` stands in for the property. A dialog's data go nowhere.
 */
export const carryByForm = (form: HTMLFormElement, data: FormData, button?: HTMLElement | null): void => {
  const read = (name: string) => button?.getAttribute('form' + name) || form.getAttribute(name) || ''
  if (!/post/i.test(read('method')))
    new URLSearchParams(
      queryFor(new URL(read('action'), document.baseURI), `&${new URLSearchParams(data as never)}`),
    ).forEach((value, name) => {
      data.set(name, value)
    })
}
