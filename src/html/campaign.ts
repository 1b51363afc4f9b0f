import { ignore } from './report'
import { write } from './write'

/** Returns a domain as the browser writes hosts: in lower case and punycode. `undefined` if the text is no domain. */
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
 * The campaign as a query, for an address that leads to another domain of the site and has no campaign itself. Names
 * may be in any case, as the script reads them, and an empty value is no campaign. Values here contain no `=`.
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

/** Adds the campaign to a link. Without one nothing is written: even the same text makes the `href` absolute. */
export const carryByLink = (link: HTMLAnchorElement): void => {
  const { search } = link
  const query = queryFor(link, search + link.hash)
  if (query) write(link, 'search', (search && search + '&') + query)
}

/**
 * Adds the campaign to a form: to its fields, which replace the query of its address. No element is created. Attributes
 * are read, since an input named `action` hides the property. A dialog's data are not sent.
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
