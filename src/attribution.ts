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

  const readTouch = (value: string) => {
    const campaign = readCampaign(`?${value}`)
    const t = new URLSearchParams(value).get('t')
    // A clock that was ahead would keep a campaign for ever: a time to come is now.
    const at = t === null ? Infinity : Math.min(/^\d+$/.test(t) ? +t : 0, now())
    return { value, campaign, at }
  }

  const stored = () =>
    jar
      .read()
      .map(readTouch)
      .filter(({ campaign, at }) => campaign && at > now() - attributionDays * 86_400)
      .sort((one, other) => other.at - one.at)[0]

  return {
    /** The campaign that a conversion gets now. */
    current: () => stored()?.campaign,

    /** Takes a tagged visit into account: replaces the stored campaign as a whole, or leaves it as it is. */
    visit(campaign: UtmParameters) {
      const touch = stored()
      const fromServer = touch?.at === Infinity && writeCampaign(touch.campaign ?? {}) === writeCampaign(campaign)
      if (!touch || (attribution === 'last' && !fromServer)) jar.write(`${writeCampaign(campaign)}&t=${now()}`)
    },

    /** Leaves one value where a host and a domain have one each: the newest. */
    settle() {
      const touch = jar.read().length > 1 && stored()
      if (touch) jar.write(touch.value)
    },
  }
}
