import { guard } from './browser/guard'
import { onePerPage } from './browser/one-per-page'
import type { EarlyCall } from './call'
import { createWasabi } from './wasabi'

/** The stub. Its functions queue their calls in `q`. */
type Stub = { q?: readonly EarlyCall[] | { readonly push: (call: EarlyCall) => void } }

guard(() => {
  const page = window as { wasabi?: Stub }
  const stub = page.wasabi ?? {}
  // `currentScript` is set only while a classic script runs (HTML, 3.1.3), and may be the inline script of a loader:
  // the tag with the endpoint is used then. Tags of other vendors have a `data-endpoint` too (Vercel Analytics).
  const running = document.currentScript as HTMLElement | null
  const isTag = running?.dataset?.endpoint || running?.matches?.('script[src]')
  const tag = isTag
    ? running
    : (document.querySelector<HTMLElement>('script[data-endpoint][src*=wasabi]') ??
      document.querySelector<HTMLElement>('script[data-endpoint]'))
  const early = (stub.q ?? []) as EarlyCall[]
  const wasabi = onePerPage(() => createWasabi({ tag: (tag ?? running)?.dataset ?? {}, early: early.splice(0) }))
  const push = (call: EarlyCall) => {
    const [interactionId, name, subject, details, , offset] = call
    const perform = wasabi[name] as (subject: unknown, details: unknown) => unknown
    call[offset] = perform(subject, { ...details, interactionId })
  }
  // If a module created the tracker first, the calls that the stub has queued are performed now.
  early.forEach(push)
  // A page may have kept a function of the stub: from now on it performs its call.
  if (stub.q) stub.q = { push }
  page.wasabi = wasabi as Stub
})()
