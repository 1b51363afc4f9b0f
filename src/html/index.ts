import { carryByForm, carryByLink } from './campaign'
import { look, waiting } from './look'
import { written } from './write'

type Heeded = Event & Partial<SubmitEvent & FormDataEvent>

/**
 * The marked element or the button of the current moment. A label clicks its input again (HTML, 4.10.4). `formdata`
 * follows `submit` at once, unless that was prevented, and does not name the button; `form.submit()` fires only
 * `formdata`.
 */
let recent: HTMLElement | null | undefined

/** A press precedes most ways to follow a link. The menu also opens by key; a finger held down opens a preview. */
const act = (event: Heeded) => {
  // The window is left out: its properties are the page's variables, and one may be named `hostname`.
  const path = event.composedPath().slice(0, -1) as (HTMLAnchorElement & HTMLFormElement)[]
  const link = path.find(({ hostname }) => hostname)
  const marked = path.find(
    ({ dataset, localName }: Partial<HTMLElement>) =>
      dataset?.['wasabiTrack'] &&
      dataset['wasabiOn'] !== 'load' &&
      // A form counts when it is submitted, anything else when it is clicked.
      event.type === (localName === 'form' ? 'submit' : 'click'),
  )
  for (const undo of written.splice(0)) undo()
  if (link) carryByLink(link)
  if (event.formData) carryByForm(event.target as HTMLFormElement, event.formData, recent)
  if (marked && marked !== recent) waiting.push(marked)
  recent = event.submitter ?? marked
  setTimeout(() => (recent = null))
}

/** A look takes as long as the page is large: a clock or a counter that only writes text must not cause one. */
const bringsElement = ({ addedNodes }: MutationRecord) => [...addedNodes].some((node) => 'children' in node)

/** An error of wasabi must not affect the page. */
const heed = (event?: Heeded, changes?: readonly MutationRecord[]) => {
  try {
    if (event) act(event)
    if (changes?.some(bringsElement) ?? true) look(event)
  } catch (error) {
    console.error('wasabi:', error)
  }
}

const heedNews = () => {
  heed()
}

/** A page that loads this twice must not record its actions twice. */
const KEY = Symbol.for('wasabi.html')
const page = window as { [KEY]?: boolean }
if (!page[KEY]) {
  page[KEY] = true
  // The listeners run before those of the page, which read the filled fields and may stop the event.
  for (const name of ['pointerdown', 'click', 'contextmenu', 'submit', 'formdata']) addEventListener(name, heed, true)
  // A script's `load` event must be captured, and never reaches the window (HTML, 4.12.1 and 8.1.8.2).
  document.addEventListener('load', heedNews, true)
  new MutationObserver((changes) => {
    heed(undefined, changes)
  }).observe(document, { childList: true, subtree: true })
  heed()
}
