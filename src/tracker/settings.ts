/** The visit that a conversion is attributed to: the latest with a campaign, or the first inside the window. */
export type AttributionModel = 'last' | 'first'

/** `implied`: wasabi stores and sends until the visitor refuses. `required`: only once the visitor has agreed. */
export type ConsentMode = 'implied' | 'required'

/** The options of a page, checked and completed with defaults. */
export type Settings = {
  /** An absolute URL. Empty until it is known: no call is performed before. */
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
