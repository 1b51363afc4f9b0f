import type { ActionType } from '../contract/customer-action'
import { isField } from './campaign'
import { guard, report } from './report'

/** Actions that came before the script, on a page without the stub. */
const waiting: HTMLElement[] = []

const seen = new WeakSet<HTMLElement>()

/**
 * Looks once at each element that is there: its action may count by that alone, its field may be none. Then records
 * what waits, if the script or its stub is there now: an element whose `id` is `wasabi` has no calls. An unknown action
 * is reported by the script.
 */
export const look = guard(() => {
  for (const element of document.querySelectorAll<HTMLInputElement>(
    '[data-wasabi-track][data-wasabi-on=load],[data-wasabi-field]',
  ))
    if (!seen.has(element)) {
      seen.add(element)
      const field = element.dataset['wasabiField']
      if (field === undefined) waiting.push(element)
      else if (!isField(element)) report(`"${field}" is no field; ignored.`)
    }
  if (window.wasabi?.track as unknown)
    for (const { dataset } of waiting.splice(0))
      window.wasabi?.track(dataset['wasabiTrack'] as ActionType, {
        customerId: dataset['wasabiCustomerId'],
        interactionId: dataset['wasabiInteractionId'],
        subscriptionContractId: dataset['wasabiSubscriptionContractId'],
      })
})

/** Records the action that an element names: at once, or as soon as the script has arrived. */
export const trackElement = (element: HTMLElement): void => {
  waiting.push(element)
  look()
}
