import { guard } from './browser/guard'
import { onePerPage } from './browser/one-per-page'
import type { EarlyCall } from './call'
import { createWasabi } from './wasabi'

/** The stub: its functions put their calls here. */
type Stub = { q?: readonly EarlyCall[] | { readonly push: (call: EarlyCall) => void } }

guard(() => {
  const page = window as { wasabi?: Stub }
  const stub = page.wasabi ?? {}
  // `currentScript` is known only while a classic script runs (HTML, 3.1.3), and may be the inline element of a loader:
  // the tag with the endpoint is asked then. Other vendors have a `data-endpoint` too (Vercel Analytics).
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
  // A module was here first: the calls that the stub has queued are made again.
  early.forEach(push)
  // Somebody may have taken a function from the stub: it performs its call from now on.
  if (stub.q) stub.q = { push }
  page.wasabi = wasabi as Stub
})()
