import type { UtmParameters } from '../contract/customer-action'
import { campaignOf, captureVisit, currentCampaign, forgetVisits } from './attribution'
import { now } from './browser/clock'
import { log, report } from './browser/console'
import { retryCookies } from './browser/cookies'
import { guard } from './browser/guard'
import { isPrerendering, onLifecycle, onShown, readTrail, whenIdle } from './browser/lifecycle'
import { abortLater } from './browser/transport'
import type { Call } from './call'
import { heedRefusal, permission, rememberAnswer } from './consent'
import { cancelRetry, flush, leave } from './outbox'
import { settings } from './settings'

/** Calls that wait, in order: for options, for permission, or for a prerendered page to be shown. */
let waiting: Call[] = []
/** The number of waiting calls that were checked and logged before. */
let asked = 0
/** True while a call waits for permission. */
let isHeld = false
let perform: (call: Call) => void

/** Drops the waiting calls and attempts, and deletes all that a refusal forbids. */
const refuse = () => {
  waiting = []
  forgetVisits()
  cancelRetry()
  abortLater()
  heedRefusal()
}

const pass = guard((call: Call) => {
  const { name, href, time } = call
  // After a wait for permission, a visit has the time of its call; else the time at which its page was shown, and it
  // precedes the early calls.
  captureVisit({ href, time: isHeld ? time : now(), isFirst: name === 'page' })
  perform(call)
  // Events of an earlier page are sent after the start and after an answer. The first access to `localStorage` takes 3
  // ms of the processor (Chromium 156), half as long as the rest of the start.
  if (name === 'page') whenIdle(guard(() => flush()))
  if (name === 'consent') flush()
})

const answer = ({ subject }: Call) => {
  if (typeof subject === 'boolean') rememberAnswer(subject)
  else report('consent', subject, 'is not true or false; ignored')
}

/** Applies the answers among the waiting calls, in order. A refusal also drops the calls before it. */
const heedAnswers = () => {
  waiting.splice(0).forEach((call, index) => {
    if (call.name === 'consent') {
      // A refusal in another tab is applied before this answer replaces it: this page may not have seen it yet.
      if (permission() === 'denied') refuse()
      answer(call)
    }
    const given = permission()
    if (index >= asked && given !== 'granted') log(call.name, given ?? 'waits for consent')
    if (given === 'denied') refuse()
    else waiting.push(call)
    isHeld ||= !given
  })
  asked = waiting.length
}

/** Captures the landing from this tab's trail, if calls waited for permission and have no campaign themselves. */
const captureTrail = () => {
  if (!isHeld || campaignOf([...waiting.map(({ href }) => href), location.href])) return
  // The trail contains no times, but its visits precede this page.
  for (const href of readTrail()) captureVisit({ href, time: waiting[0]?.time ?? 0 })
}

/** Performs the waiting calls in order, if they may be performed now. */
const release = () => {
  if (!settings.endpoint || isPrerendering()) return
  heedAnswers()
  const given = permission()
  if (given === 'denied') refuse()
  if (given !== 'granted') return
  retryCookies()
  if (!waiting[0]) return
  captureTrail()
  waiting.splice(0).forEach((call) => pass(call))
  asked = 0
  isHeld = false
}

/** Accepts a call. It is performed at once if it may be, and otherwise as soon as it may be. */
export const submit = (call: Call): void => {
  waiting.push(call)
  release()
}

/** Says whether a call has something to store or to send. A page without a campaign has nothing. */
const isUrgent = ({ name, href }: Call) => name !== 'page' || campaignOf([href])

/** Starts to perform calls, once the settings are known. */
export const openGate = (): void => {
  // The first access to a cookie takes as long as the rest of the start (Chromium 156). Where consent is required, the
  // cookie shows whether the page waits for an answer: after a wait, it looks for its campaign in the tab's trail.
  if (settings.consent === 'required' || waiting.some(isUrgent)) release()
  else whenIdle(guard(release))
  onLifecycle(
    guard((isLeaving: boolean) => {
      release()
      flush(isLeaving)
    }),
    leave,
  )
}

/** Sets the function that performs a call, and waits for a prerendered page to be shown. */
export const createGate = (onPass: (call: Call) => void): void => {
  perform = onPass
  if (!isPrerendering()) return
  onShown(
    guard(() => {
      // The address of a prerendered page may have changed before the page is shown.
      waiting = waiting.map((call) => ({ ...call, href: location.href }))
      release()
    }),
  )
}

/** The campaign that a conversion would carry now. Visits that wait count too. */
export const attribution = (): UtmParameters | undefined => {
  release()
  if (waiting[0])
    return (
      campaignOf([...waiting.map(({ href }) => href), location.href]) ?? (isHeld ? campaignOf(readTrail()) : undefined)
    )
  if (permission() === 'granted') captureVisit({ href: location.href, time: now() })
  return currentCampaign()
}
