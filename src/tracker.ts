import { createAttribution } from './attribution'
import { readCampaign, writeCampaign, type UtmParameters } from './campaign'
import { readPermission } from './consent'
import { createCookies } from './cookies'
import { readEvent, type ActionType } from './customer-action'
import { guard } from './guard'
import { createIdentity } from './identity'
import { createJournal } from './journal'
import { isRevisit, onLifecycle, readTrail } from './lifecycle'
import { exclusively } from './lock'
import type { Settings, Tell } from './options'
import { createOutbox } from './outbox'
import { createRecorder, type GivenDetails } from './recorder'
import { createStorage } from './storage'
import { deliver } from './transport'
import { uuid } from './uuid'

/** One call with its moment and its address, since it may have to wait: for options, for permission, for a prerendered page to be shown. */
export type Call = readonly [
  name: 'start' | 'track' | 'update' | 'identify' | 'reset' | 'consent',
  subject: unknown,
  details: GivenDetails,
  /** Unix milliseconds. */
  time: number,
  href: string,
  /** What `track` has returned. */
  id: string,
]

/** How wasabi speaks to whoever looks at the console: of mistakes always, and in debug of everything. */
export type Voice = { readonly tell: Tell; readonly log: (...what: readonly unknown[]) => void }

const YEAR = 365

/** What to look at when the endpoint cannot be talked to: a page is not told which it was. */
const ADVICE = 'kept and sent again, check URL, redirects, CORS, CSP, blockers'

/** 500 events that wait, 50 actions in the journal, and the time to wait until. */
const MAX_KEYS = 551

/** The campaign that would count, of calls in the order in which they were made. */
export const landingOf = (calls: readonly Call[], attribution?: Settings['attribution']): UtmParameters | undefined => {
  const campaigns = [...calls.map(([, , , , href]) => href), location.href].flatMap((href) => readCampaign(href) ?? [])
  return campaigns[attribution === 'first' ? 0 : campaigns.length - 1]
}

/**
 * Joins the parts. Data goes one way: URL → campaign → attribution → customer action → outbox → transport.
 *
 * @param waiting what cannot be done yet, in order; shared with whoever collected calls before this page was ready
 */
export const createTracker = (settings: Settings, { tell, log }: Voice, waiting: Call[]) => {
  const { endpoint, attributionDays } = settings
  const jar = createCookies(settings.cookieDomain)
  const campaignJar = jar('wasabi_utm', attributionDays)
  const idJar = jar('wasabi_id', YEAR)
  const consentJar = jar('wasabi_consent', YEAR)
  const attribution = createAttribution(settings, campaignJar, { readCampaign, writeCampaign })
  const store = createStorage(MAX_KEYS)
  const journal = createJournal(store, attributionDays, readEvent)
  const outbox = createOutbox(store, {
    readEvent,
    exclusively,
    permitted: () => permission() === 'granted',
    async deliver(event, keepalive) {
      const delivery = await deliver(endpoint, event, keepalive)
      const { outcome, reason } = delivery
      log(outcome, reason, event)
      if (outcome === 'rejected') tell('event', event, `refused, ${String(reason)}`)
      if (outcome === 'retry' && navigator.onLine) tell(endpoint, reason, ADVICE)
      return delivery
    },
  })
  const { correctVisitor, ...recorder } = createRecorder(
    {
      settings,
      identity: createIdentity(idJar, uuid),
      journal,
      currentCampaign: attribution.current,
      send(action, event) {
        log('recorded', event)
        outbox.add(action, event)
      },
    },
    tell,
  )
  const seen = new Set<string>()
  let held: boolean | undefined

  /** Where permission stands now. A refusal takes everything with it, whichever tab it was given in. */
  const permission = () => {
    const now = readPermission(consentJar, settings.consent)
    held ||= !now
    if (now === 'denied') {
      waiting.length = 0
      seen.clear()
      campaignJar('')
      idJar('')
      outbox.forget()
      for (const key of store.keys('wasabi.')) store.write(key)
    }
    return now
  }

  const look = (href: string, revisit?: boolean) => {
    const campaign = readCampaign(href, (name) => {
      log(name, 'left out, looks like an e-mail address')
    })
    if (campaign && !seen.has(href) && !(revisit && attribution.current())) attribution.visit(campaign)
    seen.add(href)
  }

  /** Does what waited, in order. Permission that came late finds the landing in this tab's own trail, if not in what waited. */
  const release = () => {
    const calls = waiting.splice(0)
    if (held && !landingOf(calls)) for (const href of readTrail()) look(href)
    held = false
    calls.forEach(
      guard(([name, subject, details, time, href, id]: Call) => {
        look(href, name === 'start' && isRevisit())
        if (name === 'track') recorder.track(subject as ActionType, details, [time, id])
        else if (name === 'update' || name === 'identify') recorder[name](subject, details)
        else if (name === 'reset') {
          idJar('')
          journal.forget()
        } else {
          journal.prune()
          correctVisitor()
          outbox.flush()
        }
      }),
    )
  }

  onLifecycle(
    guard((leaving) => {
      if (permission() !== 'granted') return
      release()
      outbox.flush(leaving)
    }),
    outbox.leave,
    store.changed,
  )

  return {
    perform(call: Call) {
      const [name, answer] = call
      if (name === 'consent') {
        if (typeof answer === 'boolean') consentJar(answer ? 'granted' : 'denied')
        else tell(name, answer, 'ignored, give true or false')
      }
      const now = permission()
      if (now !== 'denied') waiting.push(call)
      if (now === 'granted') release()
    },

    attribution() {
      const now = permission()
      if (!now) return landingOf(waiting, settings.attribution)
      if (now === 'denied') return undefined
      release()
      look(location.href)
      return attribution.current()
    },
  }
}
