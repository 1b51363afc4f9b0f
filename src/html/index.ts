import { decorateForm, decorateLink, fillFields } from './campaign'
import { guard } from './report'
import { trackElement, trackPresent, trackWaiting } from './track'

/** A page that loads this twice must not record its actions twice. */
const KEY = Symbol.for('wasabi.html')

/** Listens before the page does: it reads what was filled in, and may stop the event. */
const listen = (names: string, heed: (event: Event) => void) => {
  for (const name of names.split(' ')) addEventListener(name, guard(heed), true)
}

/** What an event happened to, from the inside out. */
const findIn = (event: Event, isFound: (element: HTMLElement & HTMLAnchorElement) => unknown) =>
  (event.composedPath() as (HTMLElement & HTMLAnchorElement)[]).find(isFound)

const isMarked = ({ dataset }: HTMLElement) => dataset?.['wasabiTrack'] !== undefined && dataset['wasabiOn'] !== 'load'

/** A press comes before every way to follow a link: middle click, a new tab, the menu of the right button. */
const press = (event: Event) => {
  const link = findIn(event, ({ search }) => search !== undefined)
  if (link) decorateLink(link)
  // A press alone is no click, and neither is the right button. A form counts when it is submitted.
  const marked = findIn(event, isMarked)
  if (marked && event.type !== 'mousedown' && (event as MouseEvent).button < 2 && marked.tagName !== 'FORM')
    trackElement(marked)
}

/** `formdata` follows `submit`; `form.submit()` has it alone. */
const submit = (event: Event) => {
  const form = event.target as HTMLFormElement
  const { formData } = event as FormDataEvent
  fillFields(form, formData)
  if (formData as unknown) decorateForm(form, formData)
  else if (isMarked(form)) trackElement(form)
}

guard(() => {
  const page = window as { [KEY]?: boolean }
  if (page[KEY]) return
  page[KEY] = true
  listen('mousedown click auxclick', press)
  listen('submit formdata', submit)
  // A script's arrival is seen only while it is captured: `load` does not bubble (HTML, 4.12.1).
  listen('load', trackWaiting)
  trackPresent()
  new MutationObserver(guard(trackPresent)).observe(document, { childList: true, subtree: true })
})(undefined)
