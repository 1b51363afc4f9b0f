import type { UtmParameters } from '../contract/customer-action'
import { report } from './report'
import { findScript } from './track'

/** The campaign that the visitor's next conversion would get; none after a refusal, too. */
const campaign = () => findScript()?.attribution() ?? {}

/** The site's own domains, in lower case and punycode, as the browser writes a host. */
const domains = document
  .querySelector<HTMLElement>('script[data-link-domains]')
  ?.dataset['linkDomains']?.match(/\S+/g)
  ?.filter((domain) => /^[\w.-]+$/.test(domain) || report('domain', domain))

const isOwn = ({ hostname }: URL | HTMLAnchorElement) =>
  hostname !== location.hostname && domains?.some((domain) => `.${hostname}`.endsWith(`.${domain}`))

/** The campaign as a link carries it. */
const readPairs = () =>
  Object.entries(campaign()).map(([field, value]) => [
    field.replace('utm', 'utm_').replace('Terms', 'Term').toLowerCase(),
    value,
  ])

/** Gives the campaign to a link that leads to a domain of the site's own, unless it has one itself. */
export const decorateLink = (link: HTMLAnchorElement): void => {
  const query = new URLSearchParams(readPairs()).toString()
  if (query && isOwn(link) && !/[?&#]utm_/.test(link.href)) link.search += (link.search && '&') + query
}

/**
 * The same for a form: its address has no query but its fields, so the campaign goes among them. No element is made.
 */
export const decorateForm = (form: HTMLFormElement, data: FormData): void => {
  if (form.method === 'get' && isOwn(new URL(form.action)) && !/utm_/.test([...data.keys()].join()))
    for (const [name = '', value = ''] of readPairs()) data.set(name, value)
}

/** Fills the inputs of a form that ask for the campaign; without one they keep what they have. */
export const fillFields = (form: HTMLFormElement, data?: FormData): void => {
  const found = campaign()
  for (const input of form.querySelectorAll<HTMLInputElement>('[data-wasabi-field]')) {
    const field = input.dataset['wasabiField'] ?? ''
    if (!/^utm(Source|Medium|Campaign|Content|Terms)$/.test(field) || !input.form) {
      if (!data) report('field', field)
    } else if (Object.keys(found)[0]) {
      input.value = found[field as keyof UtmParameters] ?? ''
      data?.set(input.name, input.value)
    }
  }
}
