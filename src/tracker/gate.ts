import { createAttribution } from './attribution'
import type { UtmParameters } from '../contract/customer-action'
import { readCampaign, writeCampaign } from './campaign'
import { readPermission } from './consent'
import { createCookies } from './browser/cookies'
import { readEvent } from './event'
import { guard } from './browser/guard'
import { createIdentity } from './identity'
import { createJournal } from './journal'
import { isPrerendering, isRevisit, onLifecycle, onShown, readTrail } from './browser/lifecycle'
import { exclusively } from './browser/lock'
import type { Settings } from './options'
import { createOutbox } from './outbox'
import { createRecorder, type Call } from './recorder'
import { createStorage } from './browser/storage'
import { deliver } from './browser/transport'
import { uuid } from './browser/uuid'
import type { Log, Tell } from './browser/console'

/** What to look at when the endpoint cannot be talked to: a page is not told which it was. */
const ADVICE = 'kept, check URL, redirects, CORS, CSP, blockers'

/**
 * Joins the parts. Data goes one way: URL → campaign → attribution → customer action → outbox → transport.
 *
 * @param settings without an endpoint until they are known; nothing is done before
 */
export const createTracker = (settings: Settings, [tell, log]: readonly [Tell, Log]) => {
  /** What cannot be done yet, in order: options, permission or a prerendered page are waited for. */
  const waiting: Call[] = []
  /** Whether something waited for permission. */
  let held: boolean | undefined

  const jar = createCookies(settings)
  const consentJar = jar('wasabi_consent')
  const identity = createIdentity(jar('wasabi_id'), uuid)
  const attribution = createAttribution(settings, jar('wasabi_utm'), [readCampaign, writeCampaign])
  const store = createStorage()
  const [keys, , write, changed] = store

  const outbox = createOutbox(store, [
    readEvent,
    () => permission() === 'granted',
    exclusively,
    async (event, keepalive) => {
      const delivery = await deliver(settings.endpoint, event, keepalive)
      const [outcome, reason] = delivery
      log(outcome, reason, event)
      if (outcome === 'rejected') tell('refused', event, String(reason))
      if (outcome === 'retry' && navigator.onLine) tell(settings.endpoint, reason, ADVICE)
      return delivery
    },
  ])

  /** `attribution` is not among it, which a stub takes down like the others. */
  const recorder: Partial<ReturnType<typeof createRecorder>> = createRecorder(
    [settings, [tell, log], identity, createJournal(store, settings, readEvent)],
    attribution.current,
    (action, event) => {
      log('recorded', event)
      outbox.add(action, event)
    },
  )

  /** Where permission stands now. A refusal takes everything with it, whichever tab it was given in. */
  const permission = () => {
    const now = readPermission(consentJar(), settings.consent)
    held ||= !now
    if (now === 'denied') {
      waiting.length = 0
      attribution.forget()
      identity.forget()
      outbox.forget()
      for (const key of keys(/^wasabi\./)) write(key)
    }
    return now
  }

  const look = (href: string, time: number, revisit = false) => {
    attribution.look([href, time], revisit, (name) => {
      log(name, 'left out, an e-mail address')
    })
    if (settings.debug) log('attributed to', attribution.current())
  }

  /** The campaign that would count, of what waits. */
  const landed = (calls: readonly Call[]) => attribution.landed([...calls.map(([, , , , href]) => href), location.href])

  const act = guard((call: Call) => {
    const [name, , , time, href] = call
    // What waited for permission counts from its visit; else a page counts from when it was shown, and before what was called early.
    look(href, held ? time : Date.now(), !name && isRevisit())
    recorder[name]?.(call)
    // What an earlier page left over goes out at the start, and after an answer.
    if (!name || name === 'consent') outbox.flush()
  })

  /** Does what waited, in order, if it may be done now. */
  const release = () => {
    if (!settings.endpoint || isPrerendering()) return
    let now
    for (const call of waiting.splice(0)) {
      const [name, answer] = call
      if (name === 'consent') {
        if (typeof answer === 'boolean') consentJar(answer ? 'granted' : 'denied')
        else tell(name, answer, 'give true or false')
      }
      // A refusal drops what was called before it, too.
      now = permission()
      log(name || 'page', now ?? 'waits for consent')
      if (now !== 'denied') waiting.push(call)
    }
    if (now !== 'granted') return
    const calls = waiting.splice(0)
    // Permission that came late finds the landing in this tab's own trail, if not in what waited. The trail has no times: it came before this page did.
    if (held && !landed(calls)) for (const href of readTrail()) look(href, calls[0]?.[3] ?? 0)
    calls.forEach((call) => act(call))
    held = false
  }

  onShown(
    guard(() => {
      // What a prerendered page was asked for is not what it became.
      for (const call of waiting) call[4] = location.href
      release()
    }),
  )

  return {
    perform(call: Call) {
      waiting.push(call)
      release()
    },

    /** Once the settings are known. */
    start() {
      release()
      onLifecycle(
        guard((leaving) => {
          release()
          outbox.flush(leaving)
        }),
        outbox.leave,
        changed,
      )
    },

    attribution(): UtmParameters | undefined {
      release()
      if (waiting[0]) return landed(waiting) ?? attribution.landed(held ? readTrail() : [])
      if (permission() === 'granted') look(location.href, Date.now())
      return attribution.current()
    },
  }
}
