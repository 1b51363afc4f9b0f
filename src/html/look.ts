import type { ActionType, UtmParameters } from '../contract/customer-action'
import { ignore } from './report'
import { write } from './write'

/** Marked elements whose action has happened. On a page without the stub, it may precede the script. */
export const waiting: HTMLElement[] = []

const seen = new WeakSet<HTMLElement>()

/** Fills a field. Without a campaign the field keeps its value. */
const fill = (input: HTMLInputElement, name: keyof UtmParameters, data?: FormData) => {
  const campaign = window.wasabi?.attribution?.()
  if (!campaign) return
  write(input, 'value', campaign[name] ?? '')
  // After `submit` the data contain the value. A control that is not sent adds none, and others of its name keep
  // theirs.
  if (data?.getAll(input.name).length === 1) data.set(input.name, input.value)
}

/** Records the waiting actions, if the script or its stub has run. An element whose `id` is `wasabi` has no calls. */
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

/** Checks each marked element: a `load` action counts once it is in the page, a field is filled on submit. */
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
