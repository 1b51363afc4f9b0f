/** What the page's life tells the outbox. */
type Moments = {
  /** A good time to send what is left over; `leaving` when it may be the last. */
  readonly onMoment: (leaving: boolean) => void
  /** The page goes, perhaps into the back/forward cache. */
  readonly onLeave: () => void
  /** Another tab removed this key from `localStorage`. A `clear()` names no key. */
  readonly onRemoved: (key: string) => void
}

/**
 * Hidden is the last moment that a page on a phone can count on (Page Visibility, 4.1); `unload` and `beforeunload` would keep the page
 * out of the back/forward cache, and are not used.
 */
export const onLifecycle = ({ onMoment, onLeave, onRemoved }: Moments): void => {
  document.addEventListener('visibilitychange', () => {
    onMoment(document.visibilityState === 'hidden')
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) onMoment(false)
  })
  addEventListener('online', () => {
    onMoment(false)
  })
  addEventListener('pagehide', onLeave)
  addEventListener('storage', ({ key, newValue }) => {
    if (key && newValue === null) onRemoved(key)
  })
}

/** Runs when the page is really shown: one that is prerendered may never be. Tells whether it was. */
export const whenShown = (run: (prerendered: boolean) => void): void => {
  const { prerendering } = document as { prerendering?: boolean }
  if (!prerendering) run(false)
  else
    document.addEventListener(
      'prerenderingchange',
      () => {
        run(true)
      },
      { once: true },
    )
}

/** Runs when the page has loaded, or soon when it had before. */
export const whenLoaded = (run: () => void): void => {
  if (document.readyState === 'complete') setTimeout(run)
  else addEventListener('load', run)
}

/** A reload or a step back shows an old landing again; it is no new visit. */
export const isRevisit = (): boolean => {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return navigation?.type === 'reload' || navigation?.type === 'back_forward'
}

/** The addresses that this tab came by on this origin, oldest first: kept by the browser, not by us. */
export const readTrail = (): readonly string[] => {
  // Baseline 2026: where it is missing, the page before this one is all there is.
  const { navigation } = window as { navigation?: { currentEntry: { index: number } | null; entries(): { url: string | null }[] } }
  const past = navigation?.entries().slice(0, navigation.currentEntry?.index) ?? []
  const { referrer } = document
  return [...past.flatMap(({ url }) => url ?? []), ...(referrer.startsWith(`${location.origin}/`) ? [referrer] : [])]
}
