/**
 * Tells the moments of a page's life: `onMoment` when what is left over should be sent, perhaps for the last time; `onLeave` when the page goes,
 * perhaps into the back/forward cache; `onStorage` when another tab has changed a key of `localStorage` (a `clear()` names none).
 *
 * Hidden is the last moment that a page on a phone can count on (Page Visibility, 4.1); `unload` and `beforeunload` would keep the page
 * out of the back/forward cache, and are not used.
 */
export const onLifecycle = (onMoment: (leaving: boolean) => void, onLeave: () => void, onStorage: (key: string) => void): void => {
  for (const name of ['visibilitychange', 'online', 'pageshow']) {
    addEventListener(name, (event) => {
      // The first `pageshow` of a page comes after the start that has sent what was left over.
      if ((event as PageTransitionEvent).persisted !== false) onMoment(document.visibilityState === 'hidden')
    })
  }
  addEventListener('pagehide', onLeave)
  addEventListener('storage', ({ key }) => {
    if (key) onStorage(key)
  })
}

/** Runs when the page is really shown: one that is prerendered may never be. Tells whether it was. */
export const whenShown = (run: (prerendered: boolean) => void): void => {
  if ((document as { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', () => {
      run(true)
    })
  else run(false)
}

/** Runs when the page has loaded, or now if it had. */
export const whenLoaded = (run: () => void): void => {
  if (document.readyState === 'complete') run()
  else addEventListener('load', run)
}

/** A reload or a step back shows an old landing again; it is no new visit. */
export const isRevisit = (): boolean => {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return /^[rb]/.test(navigation?.type ?? '')
}

/** The addresses that this tab came by on this origin, oldest first: kept by the browser, not by us. */
export const readTrail = (): readonly string[] => {
  // Baseline 2026: where it is missing, the page before this one is all there is.
  const { navigation } = window as { navigation?: { currentEntry: { index: number } | null; entries(): { url: string | null }[] } }
  const past = navigation?.entries().slice(0, navigation.currentEntry?.index) ?? []
  return [...past.map(({ url }) => url ?? ''), document.referrer].filter((url) => url.startsWith(`${location.origin}/`))
}
