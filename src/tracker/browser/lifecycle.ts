/**
 * Reports the moments of a page's life: `onMoment` when what is left over should be sent, perhaps for the last time;
 * `onLeave` when the page goes, perhaps into the back/forward cache.
 *
 * Hidden is the last moment that a page on a phone can count on (Page Visibility, 4.1); `unload` and `beforeunload`
 * would keep the page out of the back/forward cache, and are not used.
 */
export const onLifecycle = (onMoment: (isLeaving: boolean) => void, onLeave: () => void): void => {
  for (const name of ['visibilitychange', 'online', 'pageshow']) {
    addEventListener(name, (event) => {
      // The first `pageshow` of a page comes after the start that has sent what was left over.
      if ((event as PageTransitionEvent).persisted !== false) onMoment(document.visibilityState === 'hidden')
    })
  }
  addEventListener('pagehide', onLeave)
}

/** A page has the processor for itself while it loads. Milliseconds. */
const LOADING = 1000

/** Runs when the page has had time to load, and has nothing more urgent to do. WebKit has no idle moments. */
export const whenIdle = (run: () => void): void => {
  setTimeout(() => {
    if ('requestIdleCallback' in window) requestIdleCallback(run)
    else run()
  }, LOADING)
}

/**
 * Whether the page is made in advance: it may never be shown, and its address may still change. An image or a form of
 * that name hides what the document has (HTML, 3.1.7): it is not `true`.
 */
export const isPrerendering = (): boolean => (document as { prerendering?: unknown }).prerendering === true

/**
 * Runs when a prerendered page is shown after all. The event does not bubble; but the document may have an element in
 * place of `addEventListener`, and the window has not.
 */
export const onShown = (run: () => void): void => {
  addEventListener('prerenderingchange', run, true)
}

/** Runs when the page has loaded, or now if it had. */
export const whenLoaded = (run: () => void): void => {
  if (document.readyState === 'complete') run()
  else addEventListener('load', run)
}

/** How this document was reached, where the browser and the page let us know. */
const readNavigation = () => {
  try {
    return (performance.getEntriesByType('navigation') as PerformanceNavigationTiming[])[0]
  } catch {
    return undefined // A page may have a `performance` of its own.
  }
}

/** A reload or a step back shows an old landing again; it is no new visit. */
export const isRevisit = (): boolean => /^[rb]/.test(readNavigation()?.type ?? '')

/**
 * The address that the navigation led to, whatever a router has made of it since (Navigation Timing 2, 4.3; fragment
 * included in Chromium 150, Firefox 153 and WebKitGTK 2.50, and on a page that Chromium has prerendered).
 */
export const readFirstAddress = (): string | undefined => readNavigation()?.name

/**
 * Baseline 2026: where it is missing, the page before this one is all there is. A variable or an element of the page
 * may have its name.
 */
const readEntries = () => {
  try {
    const { navigation } = window as { navigation?: { entries(): { url: string | null }[] } }
    return navigation?.entries()
  } catch {
    return undefined
  }
}

/** The addresses that this tab visited on this origin, oldest first: kept by the browser, not by us. */
export const readTrail = (): readonly string[] =>
  [...(readEntries() ?? []), { url: document.referrer }]
    .map(({ url }) => String(url))
    .filter((url) => url.startsWith(`${location.origin}/`))
