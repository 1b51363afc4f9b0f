import { ignore } from './report'
import { write } from './write'

/** The site's other domains, each after a dot, as the browser writes hosts: in lower case and punycode. */
const domains: string[] = []

for (const text of document.querySelector<HTMLElement>('[data-link-domains]')?.dataset['linkDomains']?.match(/\S+/g) ??
  [])
  try {
    domains.push(`.${(/^http:..(\w[\w.-]*).$/.exec(String(new URL('http://' + text))) as unknown as string[])[1]}`)
  } catch {
    ignore(text, 'domain')
  }

/**
 * The campaign as an address carries it, for one that leads to another domain of the site and has none itself: names in
 * any case, as the script reads them, and an empty value is none. Here a value has no `=` of its own.
 */
const queryFor = ({ hostname }: URL | HTMLAnchorElement, own: string) =>
  hostname !== location.hostname &&
  domains.some((domain) => `.${hostname}`.endsWith(domain)) &&
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
  const read = (name: string) => (button?.getAttribute('form' + name) || form.getAttribute(name)) as string
  if (!/post/i.test(read('method')))
    new URLSearchParams(
      queryFor(new URL(read('action'), document.baseURI), `&${new URLSearchParams(data as never)}`),
    ).forEach((value, name) => {
      data.set(name, value)
    })
}
