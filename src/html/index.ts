import { decorateForm, decorateLink, fillFields } from './campaign'
import { guard } from './report'
import { look, trackElement } from './track'

/** A page that loads this twice must not record its actions twice. */
const KEY = Symbol.for('wasabi.html')

/** Listens before the page does: it reads what was filled in, and may stop the event. */
const listen = <Heeded extends Event>(name: string, heed: (event: Heeded) => void) => {
  addEventListener(name, guard(heed) as (event: Event) => void, true)
}

const MARKED = '[data-wasabi-track]:not([data-wasabi-on=load])'

/** A press comes before most ways to follow a link. The menu opens by key too; a finger held down opens a preview. */
const press = (event: MouseEvent) => {
  const path = event.composedPath() as (HTMLAnchorElement & HTMLLabelElement)[]
  const link = path.find(({ hostname }) => hostname)
  if (link) decorateLink(link)
  // A form counts when it is submitted.
  const marked = path.find((element) => (element as Partial<Element>).matches?.(`${MARKED}:not(form)`))
  // A label clicks its input once more (HTML, 4.10.4), and that is the click that counts.
  const isAgain = ({ control }: HTMLLabelElement) =>
    marked?.contains(control) && !event.composedPath().includes(control as Element)
  if (event.type === 'click' && marked && !path.some(isAgain)) trackElement(marked)
}

let submitter: HTMLElement | null | undefined

/** `formdata` follows `submit` at once, unless that was prevented; `form.submit()` has it alone. */
const submit = ({ target, submitter: button, formData }: SubmitEvent & Partial<FormDataEvent>) => {
  const form = target as HTMLFormElement
  fillFields(form, formData)
  if (formData) return decorateForm(form, formData, submitter)
  submitter = button
  setTimeout(() => (submitter = null))
  if (form.matches(MARKED)) trackElement(form)
}

const page = window as { [KEY]?: boolean }
if (!page[KEY]) {
  page[KEY] = true
  listen('pointerdown', press)
  listen('click', press)
  listen('contextmenu', press)
  listen('submit', submit)
  listen('formdata', submit)
  // A script's arrival is seen only while it is captured: `load` does not bubble (HTML, 4.12.1).
  listen('load', look)
  look()
  new MutationObserver(look).observe(document, { childList: true, subtree: true })
}
