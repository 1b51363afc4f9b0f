/**
 * Reports the stages of a page's life. `onMoment` runs when stored events should be sent, perhaps for the last time.
 * `onLeave` runs when the page is left, perhaps for the back/forward cache.
 *
 * The change to hidden is the last event that is reliable on a phone (Page Visibility, 4.1). `unload` and
 * `beforeunload` would keep the page out of the back/forward cache, and are not used.
 */
export const onLifecycle = (onMoment: (isLeaving: boolean) => void, onLeave: () => void): void => {
  for (const name of ['visibilitychange', 'online', 'pageshow']) {
    addEventListener(name, (event) => {
      // The first `pageshow` of a page follows the start, which has sent the stored events already.
      if ((event as PageTransitionEvent).persisted !== false) onMoment(document.visibilityState === 'hidden')
    })
  }
  addEventListener('pagehide', onLeave)
}

/** Milliseconds for which a loading page has the processor for itself. */
const LOADING = 1000

/** Runs a function when the page has had time to load and is idle. WebKit has no idle callback. */
export const whenIdle = (run: () => void): void => {
  setTimeout(() => {
    if ('requestIdleCallback' in window) requestIdleCallback(run)
    else run()
  }, LOADING)
}

/**
 * Says whether the page is prerendered: it may never be shown, and its address may still change. An image or a form
 * with the name `prerendering` hides the document's property (HTML, 3.1.7), but is not `true`.
 */
export const isPrerendering = (): boolean => (document as { prerendering?: unknown }).prerendering === true

/**
 * Runs a function when a prerendered page is shown. The event does not bubble, so the window captures it: an element
 * may hide the document's `addEventListener`, but not the window's.
 */
export const onShown = (run: () => void): void => {
  addEventListener('prerenderingchange', run, true)
}

/** Runs a function when the page has loaded, or at once if it has. */
export const whenLoaded = (run: () => void): void => {
  if (document.readyState === 'complete') run()
  else addEventListener('load', run)
}

/** The navigation that led here; `undefined` if the browser or the page hides it. */
const readNavigation = () => {
  try {
    return (performance.getEntriesByType('navigation') as PerformanceNavigationTiming[])[0]
  } catch {
    return undefined // A page may have a `performance` of its own.
  }
}

/** Says whether a reload or a step back led here: it shows an old landing again, and is no new visit. */
export const isRevisit = (): boolean => /^[rb]/.test(readNavigation()?.type ?? '')

/**
 * The address that the navigation led to, even if a router has changed it since (Navigation Timing 2, 4.3; fragment
 * included in Chromium 150, Firefox 153 and WebKitGTK 2.50, and on a page that Chromium has prerendered).
 */
export const readFirstAddress = (): string | undefined => readNavigation()?.name

/**
 * The history entries of this tab (Baseline 2026). Without them, only the page before this one is known. A variable or
 * an element of the page may have the name `navigation`.
 */
const readEntries = () => {
  try {
    const { navigation } = window as { navigation?: { entries(): { url: string | null }[] } }
    return navigation?.entries()
  } catch {
    return undefined
  }
}

/** The addresses that this tab visited on this origin, oldest first, and last the page before this one. */
export const readTrail = (): readonly string[] =>
  [...(readEntries() ?? []), { url: document.referrer }]
    .map(({ url }) => String(url))
    .filter((url) => url.startsWith(`${location.origin}/`))
