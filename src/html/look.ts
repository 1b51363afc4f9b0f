import type { ActionType, UtmParameters } from '../contract/customer-action'

import { ignore } from './report'
import { write } from './write'

/** Marked elements whose action has happened; it may have come before the script, on a page without the stub. */
export const waiting: HTMLElement[] = []

const seen = new WeakSet<HTMLElement>()

/**
 * Looks at each element that is there: an action may count by that alone, a field may be none. Fills the fields of a
 * form that goes; without a campaign they keep what they have. Then records what waits, if the script or its stub is
 * there now: an element whose `id` is `wasabi` has no calls. An unknown action is reported by the script.
 */
export const look = ({ target, formData }: { target?: unknown; formData?: FormData } = {}): void => {
  for (const element of document.querySelectorAll<HTMLInputElement>('[data-wasabi-on=load],[data-wasabi-field]')) {
    const field = element.dataset['wasabiField']

    if (element.form !== undefined && /^utm(Source|Medium|Campaign|Content|Terms)$/.test(field as string)) {
      const campaign = element.form === target && window.wasabi?.attribution?.()
      if (campaign) {
        write(element, 'value', campaign[field as keyof UtmParameters] ?? '')
        formData?.set(element.name, element.value)
      }
    } else if (!seen.has(element)) {
      seen.add(element)
      if (field) ignore(field, 'field')
      else waiting.push(element)
    }
  }
  if (window.wasabi?.track as unknown)
    for (const { dataset } of waiting.splice(0))
      window.wasabi?.track(dataset['wasabiTrack'] as ActionType, {
        customerId: dataset['wasabiCustomerId'],
        interactionId: dataset['wasabiInteractionId'],
        subscriptionContractId: dataset['wasabiSubscriptionContractId'],
      })
}
