import type { ActionType, UtmParameters } from '../contract/customer-action'
import { ignore } from './report'
import { write } from './write'

/** Marked elements whose action has happened; it may have come before the script, on a page without the stub. */
export const waiting: HTMLElement[] = []

const seen = new WeakSet<HTMLElement>()

/** Without a campaign a field keeps what it has. */
const fill = (input: HTMLInputElement, name: keyof UtmParameters, data?: FormData) => {
  const campaign = window.wasabi?.attribution?.()
  if (!campaign) return
  write(input, 'value', campaign[name] ?? '')
  // After `submit` the form has the value. A control that is not sent adds nothing, and others of its name keep theirs.
  if (data?.getAll(input.name).length === 1) data.set(input.name, input.value)
}

/** Records what waits, if the script or its stub is there: an element whose `id` is `wasabi` has no calls. */
const recordWaiting = () => {
  if (window.wasabi?.track as unknown)
    for (const { dataset } of waiting.splice(0))
      // An unknown action is reported by the script.
      window.wasabi?.track(dataset['wasabiTrack'] as ActionType, {
        customerId: dataset['wasabiCustomerId'],
        interactionId: dataset['wasabiInteractionId'],
        subscriptionContractId: dataset['wasabiSubscriptionContractId'],
      })
}

/** Looks at each marked element: an action may count when it is there, a field is filled when its form goes. */
export const look = ({ target, formData }: { target?: unknown; formData?: FormData } = {}): void => {
  for (const element of document.querySelectorAll<HTMLInputElement>('[data-wasabi-on=load],[data-wasabi-field]')) {
    const field = element.dataset['wasabiField'] ?? ''
    const isInput = element.form !== undefined && /^utm(Source|Medium|Campaign|Content|Terms)$/.test(field)
    if (isInput && element.form === target) fill(element, field as keyof UtmParameters, formData)
    if (isInput || seen.has(element)) continue
    seen.add(element)
    if (field) ignore(field, 'field')
    else waiting.push(element)
  }
  recordWaiting()
}
