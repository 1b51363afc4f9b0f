import type { Action } from '../contract/customer-action'
import { now, readTime } from './browser/clock'
import { log, report } from './browser/console'
import { exclusively } from './browser/lock'
import { listKeys, readText, removeText, writeCopy, writeText } from './browser/storage'
import { abortLater, deliver, type Delivery } from './browser/transport'
import { heedRefusal, permission } from './consent'
import { readEvent } from './event'
import { settings } from './settings'

/** Each event has a key of its own: an array loses events between two tabs. `C` marks a `CREATED`. */
const CREATED = 'wasabi.C.'

/** The index of the id in the key of an update (`wasabi.U.<time>.<id>`), after a time of 24 characters. */
const ID_IN_UPDATED = 34

/** Start and length of a wait that the endpoint asked for, in milliseconds. Every page of the origin obeys it. */
const WAIT = 'wasabi.wait'

/** A day in milliseconds. A longer wait is a mistake, and a timer beyond 2³¹ ms fires at once (HTML, 8.6). */
const LONGEST_WAIT = 86_400_000

/** Five minutes in milliseconds. */
const LONGEST_BACKOFF = 300_000

/** 30 days in milliseconds. */
const RETENTION = 2_592_000_000

/** The pause in milliseconds: a browser that catches up sends at most four events a second. */
const PACE = 250

/** The keys of events whose requests are under way; twice for an event recorded again after a `clear()`. */
const flying: string[] = []
/** The keys of events that this page cannot read. It leaves them alone: they may be of another version. */
const unreadable: string[] = []
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
/** Ends the round that is under way, and releases its lock. */
let endRound: (() => void) | undefined

/** Says whether events may be sent now. Checked before each request: a refusal in another tab stops this tab too. */
const maySend = () => {
  const answer = permission()
  if (answer === 'denied') heedRefusal()
  return answer === 'granted'
}

/** The keys to send now: an update only after its `CREATED`, or if the page is left while that is under way. */
const listReady = (isLeaving?: boolean) => {
  const waiting = listKeys(/^wasabi\.[CU]\./).filter(
    (key) => !unreadable.includes(key) && !(isLeaving && flying.includes(key)),
  )
  const isFirst = (key: string) => key.startsWith(CREATED) || !waiting.includes(CREATED + key.slice(ID_IN_UPDATED))
  return waiting.filter((key) => !flying.includes(key) && isFirst(key))
}

/** The rest of a wait in milliseconds. It is 0 if the clock was set back: otherwise a second could become a year. */
const readWait = () => {
  const [since = 0, wait = 0] = String(readText(WAIT)).split(' ').map(Number)
  const waited = now() - since
  return waited >= 0 && waited < wait ? wait - waited : 0
}

/** Schedules a retry with full jitter. The delay grows once a round, however many events failed in it. */
const retryLater = () => {
  const delay = Math.max(readWait(), Math.random() * Math.min(LONGEST_BACKOFF, 1000 * 2 ** failures))
  timer ??= setTimeout(() => {
    timer = undefined
    failures++
    flush()
  }, delay)
}

/** Cancels the retry: the endpoint has answered, or nothing may be sent. */
export const cancelRetry = (): void => {
  clearTimeout(timer)
  timer = undefined
  failures = 0
}

/** Removes an event that was accepted or rejected, and sends those that waited for it or for the endpoint. */
const settle = (key: string) => {
  removeText(key)
  cancelRetry()
  flush()
}

/** Keeps an event that was not delivered, unless its retention has ended. */
const keep = (key: string, event: string, { wait = 0 }: Delivery) => {
  if (readTime(String(readEvent(event)?.updatedAt)) < now() - RETENTION) removeText(key)
  if (wait > 0 && permission() === 'granted') writeText(WAIT, `${now()} ${Math.min(wait, LONGEST_WAIT)}`)
  retryLater()
}

/** Sends an event, and reports a failure that the page's author or operator should know of. */
const send = async (event: string, keepalive: boolean) => {
  const delivery = await deliver(settings.endpoint, event, keepalive)
  const { outcome, reason } = delivery
  log(outcome, reason, event)
  if (outcome === 'rejected') report('event', event, `was refused for good: ${reason}`)
  if (outcome === 'retry' && reason && navigator.onLine)
    // A page cannot know which of these is the cause.
    report(
      'endpoint',
      settings.endpoint,
      `answered ${reason}; kept. Check URL, redirects, CORS, CSP, blockers, the page's own fetch`,
    )
  return delivery
}

/** Makes one attempt before it returns. Resolves to whether the endpoint accepted or rejected the event. */
const attempt = async (key: string, event: string, keepalive: boolean) => {
  flying.push(key)
  const delivery = await send(event, keepalive)
  flying.splice(flying.indexOf(key), 1)
  if (delivery.outcome === 'retry') keep(key, event, delivery)
  else settle(key)
  return delivery.outcome !== 'retry'
}

/** Sends one event at a time, the first as a probe: four hung requests would occupy most of the page's connections. */
const sendRound = async (isLeaving = false) => {
  for (;;) {
    // A random event: one that makes the endpoint fail must not block the others for ever.
    const ready = listReady(isLeaving)
    const key = ready[Math.floor(Math.random() * ready.length)]
    // The endpoint may have answered a first attempt beside this round with a wait.
    if (!key || !maySend() || readWait()) return
    const event = readText(key)
    if (!readEvent(event)) unreadable.push(key)
    else if (!(await attempt(key, String(event), isLeaving))) return
    await new Promise((resolve) => setTimeout(resolve, PACE))
  }
}

/** Sends the stored events, unless the endpoint asked for a wait. */
export const flush = (isLeaving?: boolean): void => {
  if (endRound || !listReady(isLeaving)[0]) return
  if (readWait()) return retryLater()
  const ended = new Promise<void>((resolve) => (endRound = resolve))
  // Not `Promise.race`, which the promises of old libraries do not have.
  const work = () => {
    void sendRound(isLeaving).then(endRound, endRound)
    return ended
  }
  // A page that is left becomes hidden after its `pagehide` (HTML, 7.4.2.4). A lock taken then keeps it out of the
  // back/forward cache (Chromium 156), or stays held in the cache, and no other page could send (Firefox 153).
  void (isLeaving ? work().then(() => true) : exclusively(work)).then((hasRun) => {
    endRound = undefined
    // An update whose `CREATED` arrived while the round ended is ready now, and nothing else would send it.
    if (!hasRun || listReady()[0]) retryLater()
  })
}

/** Reads a `CREATED` that still waits. */
export const readWaiting = (interactionId: string): Action | undefined => readEvent(readText(CREATED + interactionId))

/** Stores an event and makes its first attempt, before it returns. */
export const addEvent = ({ interactionId, createdAt, updatedAt }: Action, event: string): void => {
  const isNew = createdAt === updatedAt
  // The key of an update contains its time: otherwise it would replace its own `CREATED` or the update before.
  const key = isNew ? CREATED + interactionId : `wasabi.U.${updatedAt}.${interactionId}`
  // The request is sent first: no answer can arrive before the next line, and the network need not wait for it.
  if (isNew || !readText(CREATED + interactionId)) void attempt(key, event, true)
  else retryLater()
  writeText(key, event)
  // Sites clear their storage at log-out.
  writeCopy(key, event)
}

/**
 * Ends the round of a page that is left: its attempt would continue beside a new one when the page is shown again. A
 * page that is frozen with the lock is dropped from the back/forward cache when another tab requests the lock (Chromium
 * 156).
 */
export const leave = (): void => {
  abortLater()
  endRound?.()
}
