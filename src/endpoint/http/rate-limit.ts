/** So many clients are remembered at once, the latest ones: some megabytes. */
const mostClients = 50_000

/** Returns what says how many seconds a client has to wait, 0 most often. A client may use up one minute's worth at once. */
export const createRateLimit = (perMinute: number) => {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>()

  const forgetOldest = (): void => {
    // The order of a Map is that of insertion, and whoever is seen is inserted anew.
    for (const client of buckets.keys()) {
      if (buckets.size <= mostClients) return
      buckets.delete(client)
    }
  }

  return (client: string): number => {
    if (perMinute === 0) return 0
    const at = performance.now()
    const known = buckets.get(client) ?? { tokens: perMinute, at }
    const tokens = Math.min(perMinute, known.tokens + ((at - known.at) / 60_000) * perMinute)
    buckets.delete(client)
    buckets.set(client, { tokens: tokens >= 1 ? tokens - 1 : tokens, at })
    forgetOldest()
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60) / perMinute)
  }
}
