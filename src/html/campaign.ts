import type { UtmParameters } from '../contract/customer-action'
import { report } from './report'
import { rewrite } from './rewrite'

/** The campaign that the visitor's next conversion would get; none after a refusal, too. */
const findCampaign = (): UtmParameters | undefined => window.wasabi?.attribution?.()

/** A host as the browser writes it, in lower case and punycode; nothing, and a sentence, for what is none. */
const readDomain = (text: string) => {
  try {
    const { href, hostname } = new URL('http://' + text)
    if (/^\w[\w.-]*$/.test(hostname) && href === `http://${hostname}/`) return hostname
  } catch {
    // No host at all.
  }
  return report(`"${text}" is no domain; ignored.`)
}

/** The site's other domains. */
const domains = document
  .querySelector<HTMLElement>('[data-link-domains]')
  ?.dataset['linkDomains']?.match(/\S+/g)
  ?.map(readDomain)

const isOther = ({ hostname }: URL | HTMLAnchorElement) =>
  hostname !== location.hostname && domains?.some((domain) => domain && `.${hostname}`.endsWith(`.${domain}`))

/**
 * The campaign as an address carries it, for one that leads to another domain of the site and has none itself: names in
 * any case, as the script reads them, and an empty value is none. Here a value has no `=` of its own.
 */
const queryFor = (address: URL | HTMLAnchorElement, own: string) =>
  isOther(address) && !/[?&#]utm_\w+=[^&#]/i.test(own)
    ? `${new URLSearchParams(findCampaign())}`.replace(/m(\w+?)s?=/g, (_, name: string) => `m_${name.toLowerCase()}=`)
    : ''

/** Gives the campaign to a link. */
export const decorateLink = (link: HTMLAnchorElement): void => {
  rewrite(link, 'search', (search) => {
    const query = queryFor(link, search + link.hash)
    return search + (search && query && '&') + query
  })
}

/**
 * The same for a form: its address has no query but its fields, so the campaign goes among them. No element is made.
 * Attributes are read, since an input called `action` stands in for the property.
 */
export const decorateForm = (form: HTMLFormElement, data: FormData, button?: HTMLElement | null): void => {
  const read = (name: string) => button?.getAttribute('form' + name) || form.getAttribute(name) || ''
  if (!/post|dialog/i.test(read('method')))
    new URLSearchParams(
      queryFor(new URL(read('action'), document.baseURI), `&${new URLSearchParams([...data] as string[][])}`),
    ).forEach((value, name) => {
      data.set(name, value)
    })
}

/** An input of a form, whose field is one of the campaign. */
export const isField = ({ form, dataset }: HTMLInputElement): boolean =>
  form !== undefined && /^utm(Source|Medium|Campaign|Content|Terms)$/.test(dataset['wasabiField'] as string)

/** Fills the inputs of a form that ask for the campaign; without one they keep what they have. */
export const fillFields = (form: HTMLFormElement, data?: FormData): void => {
  const campaign = findCampaign()
  for (const input of document.querySelectorAll<HTMLInputElement>('[data-wasabi-field]'))
    if (input.form === form && isField(input)) {
      rewrite(input, 'value', (value) =>
        campaign ? (campaign[input.dataset['wasabiField'] as keyof UtmParameters] ?? '') : value,
      )
      data?.set(input.name, input.value)
    }
}
