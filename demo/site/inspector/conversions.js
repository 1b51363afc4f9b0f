export const TYPES = [
  ['SIGN_UP', 'Sign-ups'],
  ['PROMOTION_APPLIED', 'Promotions'],
  ['SUBSCRIPTION_RESTARTED', 'Restarts'],
  ['SUBSCRIPTION_CANCELLED', 'Cancellations'],
]

const SHOWN = 6

/** Counts stored actions by campaign and type. A correction is no further conversion. */
export const createConversions = () => {
  const counts = new Map()
  return {
    add({ outcome, event }) {
      if (outcome !== 'stored' || event.eventAction !== 'CREATED') return
      const { utmCampaign, utmSource } = event.body.utmParameters ?? {}
      const campaign = utmCampaign ?? utmSource ?? 'no campaign'
      const row = counts.get(campaign) ?? { campaign, total: 0, types: TYPES.map(() => 0) }
      row.total++
      row.types[TYPES.findIndex(([type]) => type === event.body.interaction.type)]++
      counts.set(campaign, row)
    },

    /** The campaigns with the most conversions, and all others as one. */
    rows() {
      const sorted = [...counts.values()].sort((one, other) => other.total - one.total)
      const rest = sorted.slice(SHOWN)
      if (!rest.length) return sorted
      const types = TYPES.map((_, index) => rest.reduce((sum, row) => sum + row.types[index], 0))
      return [...sorted.slice(0, SHOWN), { campaign: `${rest.length} others`, types }]
    },
  }
}
