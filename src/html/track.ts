import type { ActionType } from '../contract/customer-action'
import type { Wasabi } from '../tracker/wasabi'

/** Actions that came before the script, on a page without the stub. */
const waiting: HTMLElement[] = []

const there = new WeakSet<HTMLElement>()

/** The script, or its stub; an element whose `id` is `wasabi` has no calls. */
export const findScript = (): Wasabi | undefined => (window.wasabi?.track ? window.wasabi : undefined)

/** Records what waits, if the script is there now. An unknown action is reported by the script. */
export const trackWaiting = (): void => {
  const wasabi = findScript()
  if (wasabi)
    for (const { dataset } of waiting.splice(0))
      wasabi.track(dataset['wasabiTrack'] as ActionType, {
        customerId: dataset['wasabiCustomerId'],
        interactionId: dataset['wasabiInteractionId'],
        subscriptionContractId: dataset['wasabiSubscriptionContractId'],
      })
}

/** Records the action that an element names: at once, or as soon as the script has arrived. */
export const trackElement = (element: HTMLElement): void => {
  waiting.push(element)
  trackWaiting()
}

/** Records each action that counts when its element is there, once an element. */
export const trackPresent = (): void => {
  for (const element of document.querySelectorAll<HTMLElement>('[data-wasabi-track][data-wasabi-on=load]'))
    if (!there.has(element)) {
      there.add(element)
      trackElement(element)
    }
}
