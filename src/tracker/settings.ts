/** Which tagged visit gets the credit. */
export type AttributionModel = 'last' | 'first'

/** What a page without an answer may do. */
export type ConsentMode = 'implied' | 'required'

/** Options that were checked and filled in. */
export type Settings = {
  /** Absolute. Empty until it is known, and nothing is done before. */
  readonly endpoint: string
  /** As the page wrote it: it is checked where it is used. */
  readonly customerId: unknown
  readonly consent: ConsentMode
  readonly attribution: AttributionModel
  readonly attributionDays: number
  readonly utmTypes: string
}

/** The settings of this page. */
export let settings = { endpoint: '' } as Settings

/** Replaces the settings, once they are known. */
export const setSettings = (known: Settings): void => {
  settings = known
}
