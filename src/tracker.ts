import { createAttribution } from './attribution'
import { createBackoff } from './backoff'
import { readCampaign, writeCampaign, type UtmParameters } from './campaign'
import { createConsent } from './consent'
import { createCookies } from './cookies'
import { writeEvent, type CustomerAction } from './customer-action'
import { guard } from './guard'
import { createIdentity } from './identity'
import { createJournal } from './journal'
import { isRevisit, onLifecycle, readTrail } from './lifecycle'
import { exclusively } from './lock'
import type { Settings } from './options'
import { createOutbox, keyOf } from './outbox'
import { createRecorder, type Voice } from './recorder'
import { createStorage } from './storage'
import { deliver, type Delivery } from './transport'
import { uuid } from './uuid'

/** One call with its moment and its address, since it may have to wait: for options, for permission, for a prerendered page to be shown. */
export type Call = {
  readonly name: 'visit' | 'start' | 'track' | 'update' | 'identify' | 'reset' | 'consent'
  readonly args: readonly unknown[]
  /** Unix milliseconds. */
  readonly time: number
  readonly href: string
  /** What `track` has returned. */
  readonly id: string
}

const YEAR = 365

/** Says what became of an attempt, and once what to check when the endpoint cannot be talked to. */
const createReport =
  (endpoint: string, { tell, log }: Voice) =>
  (event: string, delivery: Delivery) => {
    log(delivery, event)
    if (delivery.outcome === 'rejected') tell(`${endpoint} refused ${event}: ${delivery.reason}`)
    else if (delivery.outcome === 'retry' && navigator.onLine) {
      const trouble = delivery.reason ? `answered with ${delivery.reason}` : 'gave no answer that a page may read'
      tell(`${endpoint} ${trouble}: events are kept and sent again. Check the address, redirects, Access-Control-Allow-Origin, Content-Security-Policy (connect-src) and blockers.`)
    }
  }

/** The campaign that would count, of addresses in the order in which they were visited. */
export const landingOf = (hrefs: readonly string[], attribution: Settings['attribution'] = 'last'): UtmParameters | undefined => {
  const campaigns = hrefs.flatMap((href) => readCampaign(href) ?? [])
  return campaigns[attribution === 'first' ? 0 : campaigns.length - 1]
}

/**
 * Joins the parts. Data goes one way: URL → campaign → attribution → customer action → outbox → transport.
 *
 * @param waiting what cannot be done yet, in order; shared with whoever collects calls before this page is ready
 */
export const createTracker = (settings: Settings, voice: Voice, waiting: Call[]) => {
  const jar = createCookies({ hostname: location.hostname, secure: location.protocol === 'https:', domain: settings.cookieDomain })
  const jars = { campaign: jar('wasabi_utm', settings.attributionDays), identity: jar('wasabi_id', YEAR), consent: jar('wasabi_consent', YEAR) }
  const consent = createConsent(settings.consent, jars.consent)
  const attribution = createAttribution(settings, jars.campaign, { readCampaign, writeCampaign })
  const identity = createIdentity(jars.identity, uuid)
  const store = createStorage()
  const journal = createJournal(store, settings.attributionDays)
  const outbox = createOutbox({
    store,
    backoff: createBackoff(store),
    permitted: () => permission() === 'granted',
    exclusively,
    deliver: (event, keepalive) => deliver(settings.endpoint, event, keepalive),
    onDelivery: guard(createReport(settings.endpoint, voice)),
  })
  const send = (eventAction: 'CREATED' | 'UPDATED', action: CustomerAction) => {
    const event = writeEvent(eventAction, action)
    voice.log('recorded', event)
    outbox.add(keyOf(action.interactionId, eventAction === 'UPDATED' ? action.updatedAt : undefined), event)
  }
  const { correctVisitor, ...recorder } = createRecorder({ settings, identity, journal, attributed: attribution.current, send }, voice)
  const seen = new Set<string>()
  let undecided = false

  /** Where permission stands now. A refusal takes everything with it, whichever tab it was given in. */
  const permission = () => {
    const now = consent.permission()
    undecided ||= now === 'unknown'
    if (now === 'denied') {
      waiting.length = 0
      seen.clear()
      jars.campaign.remove()
      jars.identity.remove()
      outbox.forget()
      for (const key of store.keys('wasabi.')) store.remove(key)
    }
    return now
  }

  const look = (href: string, revisit?: boolean) => {
    if (seen.has(href)) return
    seen.add(href)
    const campaign = readCampaign(href, (name) => {
      voice.log(name, 'looks like an e-mail address and is left out')
    })
    if (!campaign || (revisit && attribution.current())) return
    attribution.visit(campaign)
    voice.log('landed on', campaign, 'attributed to', attribution.current())
  }

  const actions: Record<Call['name'], (call: Call) => void> = {
    ...recorder,
    visit: () => undefined,
    start() {
      attribution.settle()
      journal.prune()
      correctVisitor()
      outbox.flush()
    },
    consent: () => {
      outbox.flush()
    },
  }

  /** Does what waited, in order. Permission that came late finds the landing in this tab's own trail, if not among what waited. */
  const release = () => {
    const calls = waiting.splice(0)
    if (undecided && !landingOf(calls.map(({ href }) => href))) for (const href of readTrail()) look(href)
    undecided = false
    calls.forEach(
      guard((call: Call) => {
        look(call.href, (call.name === 'visit' || call.name === 'start') && isRevisit())
        actions[call.name](call)
      }),
    )
  }

  onLifecycle({
    onMoment: guard((leaving) => {
      if (permission() !== 'granted') return
      release()
      outbox.flush(leaving)
    }),
    onLeave: guard(outbox.leave),
    onRemoved: guard(outbox.gone),
  })

  return {
    perform(call: Call) {
      const [granted] = call.args
      if (call.name === 'consent') {
        if (typeof granted === 'boolean') consent.answer(granted)
        else voice.tell(`consent takes true or false, not ${String(granted)}: nothing changed.`)
      }
      const now = permission()
      if (now === 'denied') return
      waiting.push(call)
      if (now === 'granted') release()
    },

    attribution(): UtmParameters | undefined {
      const now = permission()
      const { href } = location
      if (now === 'unknown') return landingOf([...waiting.map((call) => call.href), href], settings.attribution)
      if (now === 'denied') return undefined
      release()
      look(href)
      return attribution.current()
    },
  }
}
