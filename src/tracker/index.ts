import { guard } from './browser/guard'
import { onePerPage } from './browser/one-per-page'
import type { Options } from './options'
import { createWasabi, type Wasabi } from './wasabi'

export type { ActionType, UtmParameters } from '../contract/customer-action'
export type { Options } from './options'
export type { AttributionModel, ConsentMode } from './settings'
export type { Details, Id, Wasabi } from './wasabi'

declare global {
  /** The global of the script tag and its stub. `createTracker` creates none: import the tracker that you created. */
  const wasabi: Wasabi

  interface Window {
    /** Defined once the script tag or its stub has run. */
    wasabi?: Wasabi
  }
}

const nothing = () => undefined

/** The tracker on a server, where there is no visitor: no call does anything. */
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
 * Creates the tracker of this page, without a global name. Never throws. On a server the tracker does nothing. A page
 * has one tracker: a second call (hot reload, a test) logs a warning, ignores its options and returns the first
 * tracker. A test needs a new document for a new tracker: a new page in a browser, a file of its own in Jest and
 * vitest.
 *
 * @example const wasabi = createTracker({ endpoint: 'https://collect.example.com/customer-actions' })
 */
export const createTracker = (options: Options): Wasabi =>
  typeof document === 'undefined' ? silent : (guard(() => onePerPage(() => createWasabi({ tag: options })))() ?? silent)
