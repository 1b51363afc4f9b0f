import type { UtmParameters } from './campaign'
import type { Jar } from './cookies'

/** Which tagged visit gets the credit. */
export type AttributionModel = 'last' | 'first'

type Policy = { readonly attribution: AttributionModel; readonly attributionDays: number }

type Codec = {
  readonly readCampaign: (url: string) => UtmParameters | undefined
  readonly writeCampaign: (campaign: UtmParameters) => string
}

/**
 * Keeps the one campaign that gets the credit, as a query string with `t`, the time of its visit in unix seconds.
 * A value without `t` was written by a server and counts for as long as its cookie lasts.
 */
export const createAttribution = ({ attribution, attributionDays }: Policy, jar: Jar, { readCampaign, writeCampaign }: Codec) => {
  const now = () => Math.floor(Date.now() / 1000)

  const stored = () => {
    const values = jar()
    const [touch] = values
      .map((value) => {
        const t = new URLSearchParams(value).get('t')
        // A clock that was ahead would keep a campaign for ever: a time to come is now. Damaged is none.
        return { value, campaign: readCampaign(`?${value}`), at: t === null ? Infinity : Math.min(+t, now()) }
      })
      .filter(({ campaign, at }) => campaign && at > now() - attributionDays * 86_400)
      .sort((one, other) => other.at - one.at)
    // A host and a domain had one each: the newest is left.
    if (touch && values[1]) jar(touch.value)
    return touch
  }

  return {
    /** The campaign that a conversion gets now. */
    current: () => stored()?.campaign,

    /** Takes a tagged visit into account: replaces the stored campaign as a whole, or leaves it as it is. */
    visit(campaign: UtmParameters) {
      const touch = stored()
      const written = writeCampaign(campaign)
      // What a server wrote lives longer than what a script writes (Safari: 7 days), and stays while it says the same.
      const kept = touch && (attribution === 'first' || (touch.at === Infinity && writeCampaign(touch.campaign ?? {}) === written))
      if (!kept) jar(`${written}&t=${now()}`)
    },
  }
}
