import { guard } from './browser/guard'
import { onePerPage } from './browser/one-per-page'
import type { Options } from './options'
import { createWasabi, type Wasabi } from './wasabi'

export type { ActionType, UtmParameters } from '../contract/customer-action'
export type { Options } from './options'
export type { AttributionModel, ConsentMode } from './settings'
export type { Details, Id, Wasabi } from './wasabi'

declare global {
  /** The global of the script tag and of its stub. `createTracker` makes none: import your own tracker. */
  const wasabi: Wasabi

  interface Window {
    /** There once the script tag has run, or its stub. */
    wasabi?: Wasabi
  }
}

const nothing = () => undefined

/** On a server there is no visitor: every call is silent. */
const silent: Wasabi = {
  track: (_type, details) => `${details?.interactionId ?? ''}`,
  update: nothing,
  identify: nothing,
  reset: nothing,
  consent: nothing,
  attribution: nothing,
  init: nothing,
}

/**
 * Starts wasabi on this page, without a global name. On a server it does nothing. A page has one tracker: a second call
 * (hot reload, a test) warns, ignores its options and returns the first one. A test starts anew in a new document: a
 * new page in a browser, a file of its own in Jest and vitest.
 *
 * @example const wasabi = createTracker({ endpoint: 'https://collect.example.com/customer-actions' })
 */
export const createTracker = (options: Options): Wasabi =>
  typeof document === 'undefined' ? silent : (guard(() => onePerPage(() => createWasabi({ tag: options })))() ?? silent)
