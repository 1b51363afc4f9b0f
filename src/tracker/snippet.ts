import { guard } from './browser/guard'
import { onePerPage } from './browser/one-per-page'
import type { EarlyCall } from './call'
import { createWasabi, type Wasabi } from './wasabi'

/** The stub: the calls that it has queued, and the object that it passes calls on to from now on. */
type Stub = { readonly q?: readonly EarlyCall[]; t?: Wasabi }

guard(() => {
  const page = window as { wasabi?: Stub }
  const stub = page.wasabi ?? {}
  // `currentScript` is known only while a classic script runs (HTML, 3.1.3), and may be the element of a loader: the
  // tag with the endpoint is asked then.
  const running = document.currentScript as HTMLElement | null
  const tag = running?.dataset?.endpoint ? running : document.querySelector<HTMLElement>('script[data-endpoint]')
  const early = [...(stub.q ?? [])]
  const wasabi = onePerPage(() => createWasabi({ tag: (tag ?? running)?.dataset ?? {}, early: early.splice(0) }))
  // A module was here first: the calls that the stub has queued are made again.
  const calls = wasabi as Partial<Record<string, (subject: unknown, details: unknown) => unknown>>
  for (const [name, subject, details, , , interactionId] of early) calls[name]?.(subject, { ...details, interactionId })
  stub.t = wasabi
  page.wasabi = wasabi as Stub
})()
