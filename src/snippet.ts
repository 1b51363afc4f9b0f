import { guard } from './guard'
import { onePerPage } from './one-per-page'
import { createWasabi, type Early, type Wasabi } from './wasabi'

/** The stub: the calls it took down, the address it saw, and where its functions lead from now on. */
type Stub = { q?: Early['calls']; h?: string; t?: Wasabi }

guard(() => {
  // Known only while the script itself runs (HTML, 3.1.3); a tag manager or a module leaves no trace but its attribute.
  const tag = document.currentScript ?? document.querySelector<HTMLElement>('script[data-endpoint]')
  const page = window as { wasabi?: Stub }
  const stub = page.wasabi ?? {}
  const wasabi = onePerPage(() => createWasabi({ ...(tag as HTMLElement | null)?.dataset }, { landing: stub.h, calls: stub.q ?? [] }))
  stub.t = wasabi
  page.wasabi = wasabi as Stub
})()
