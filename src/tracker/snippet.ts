import { guard } from './browser/guard'
import { onePerPage } from './browser/one-per-page'
import type { EarlyCall } from './call'
import { createWasabi, type Wasabi } from './wasabi'

/** The stub: the calls it took down, the address it saw, and where its functions lead from now on. */
type Stub = { readonly q?: readonly EarlyCall[]; readonly h?: string; t?: Wasabi }

guard(() => {
  const page = window as { wasabi?: Stub }
  const stub = page.wasabi ?? {}
  // `currentScript` is known only while a classic script runs (HTML, 3.1.3): a module or a loader leaves no trace but the attribute.
  const tag = (document.currentScript ?? document.querySelector('script[data-endpoint]')) as HTMLElement | null
  const early = [...(stub.q ?? [])]
  const wasabi = onePerPage(() => createWasabi({ tag: { ...tag?.dataset }, early: early.splice(0), landing: stub.h }))
  // A module was here first: what the stub took down is said to it.
  const said = wasabi as Partial<Record<string, (subject: unknown, details: unknown) => unknown>>
  for (const [name, subject, details, , , interactionId] of early) said[name]?.(subject, { ...details, interactionId })
  stub.t = wasabi
  page.wasabi = wasabi as Stub
})()
