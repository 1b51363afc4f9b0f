import type { UtmParameters } from '../contract/customer-action'
import type { Jar } from './browser/cookies'

/** Which tagged visit gets the credit. */
export type AttributionModel = 'last' | 'first'

type Policy = { readonly attribution: AttributionModel; readonly attributionDays: number }

type Codec = readonly [
  read: (url: string, onDropped?: (name: string) => void) => UtmParameters | undefined,
  write: (campaign: UtmParameters) => string,
]

/**
 * Keeps the one campaign that gets the credit, as a query string with `t`, the time of its visit in unix seconds.
 * A value without `t` was written by a server and counts for as long as its cookie lasts.
 */
export const createAttribution = (policy: Policy, jar: Jar, [read, write]: Codec) => {
  const seen = new Set<string>()
  let latest = ''
  /** A conversion asks for what stands in the cookie more often than it changes, and must not wait for it. */
  const known = new Map<string, UtmParameters | undefined>()
  const now = () => Math.floor(Date.now() / 1000)

  /** The newest campaign of those inside the window, its time, and the value that it was read from. */
  const stored = () => {
    const values = jar()
    const [touch] = values
      .map((value) => {
        const t = /(^|&)t=([^&]*)/.exec(value)
        if (!known.has(value)) known.set(value, read(`?${value}`))
        // A clock that was ahead would keep a campaign for ever: a time to come is now. Damaged is none.
        return [t ? Math.min(Number(t[2]), now()) : Infinity, known.get(value), value] as const
      })
      .filter(([time, campaign]) => campaign && time > now() - policy.attributionDays * 86_400)
      .sort(([one], [other]) => other - one)
    // A host and a domain had one each: the newest is left.
    if (touch && values[1]) jar(touch[2], policy.attributionDays)
    return touch ?? []
  }

  return {
    /** The campaign that a conversion gets now. The page's own copy: what it writes there stays there. */
    current() {
      const [, campaign] = stored()
      return campaign && { ...campaign }
    },

    /** The campaign that a conversion would get of these addresses alone, in the order in which they were visited. */
    landed(hrefs: readonly string[]) {
      const campaigns = hrefs.flatMap((href) => read(href) ?? [])
      return campaigns[policy.attribution === 'first' ? 0 : campaigns.length - 1]
    },

    /** Takes a visit into account, once: a campaign in its address replaces the stored one as a whole, or leaves it as it is. */
    look([href, at]: readonly [href: string, at: number], isRevisit: boolean, onDropped: (name: string) => void) {
      if (seen.has(href)) return
      seen.add(href)
      const campaign = read(href, onDropped)
      const written = campaign && write(campaign)
      // An anchor or a step of the same landing is no new visit, though its address is new.
      if (!written || latest === written) return
      latest = written
      const [time = 0, before] = stored()
      const visited = Math.floor(at / 1000)
      // One that waited for permission may be older than what another tab has stored meanwhile.
      const isOlder = time > visited && time < Infinity
      // What a server wrote lives longer than what a script writes (Safari: 7 days), and stays while it says the same.
      const stays =
        before &&
        (isRevisit || (policy.attribution === 'first') !== isOlder || (time === Infinity && write(before) === written))
      if (!stays) jar(`${written}&t=${visited}`, policy.attributionDays)
    },

    forget() {
      seen.clear()
      latest = ''
      jar('')
    },
  }
}
