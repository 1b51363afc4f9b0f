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
/** How many of them were asked about before, and logged. */
let asked = 0
/** Whether something waited for permission. */
let isHeld = false
let perform: (call: Call) => void

/** Drops and deletes all that a refusal forbids. */
const refuse = () => {
  waiting = []
  forgetVisits()
  cancelRetry()
  abortLater()
  heedRefusal()
}

const pass = guard((call: Call) => {
  const { name, href, time } = call
  // A page that waited for permission counts from its visit; else from when it was shown, and
  // before what was called early.
  captureVisit({ href, time: isHeld ? time : now(), isFirst: name === 'page' })
  perform(call)
  // Events of an earlier page are sent after the start and after an answer. The first touch of `localStorage` takes
  // 3 ms of the processor (Chromium 156), half as long as all the rest.
  if (name === 'page') whenIdle(guard(() => flush()))
  if (name === 'consent') flush()
})

const answer = ({ subject }: Call) => {
  if (typeof subject === 'boolean') rememberAnswer(subject)
  else report('consent', subject, 'is not true or false; ignored')
}

/** Heeds the answers among the calls that wait, in order: a refusal drops what was called before it, too. */
const heedAnswers = () => {
  waiting.splice(0).forEach((call, index) => {
    if (call.name === 'consent') {
      // Another tab's refusal is heeded before it is taken back: this page may not have seen it yet.
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

/** Captures the landing in this tab's own trail, if permission was late and no call that waits has brought it. */
const captureTrail = () => {
  if (!isHeld || campaignOf([...waiting.map(({ href }) => href), location.href])) return
  // The trail has no times: it was before this page.
  for (const href of readTrail()) captureVisit({ href, time: waiting[0]?.time ?? 0 })
}

/** Passes on the calls that wait, in order, if they may be done now. */
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

/** Takes a call in: it is performed at once if it may be, else as soon as it may. */
export const submit = (call: Call): void => {
  waiting.push(call)
  release()
}

/** Whether a call has something to store or to send: a page without a campaign has not. */
const isUrgent = ({ name, href }: Call) => name !== 'page' || campaignOf([href])

/** Starts to pass calls on, once the settings are known. */
export const openGate = (): void => {
  // The first touch of a cookie takes as long as all the rest of the start (Chromium 156). Where consent is required,
  // it says whether the page waits for an answer: a page that has waited looks for its campaign in the tab's trail.
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

/** Sets what a call does once it may, and waits for the page to be shown. */
export const createGate = (onPass: (call: Call) => void): void => {
  perform = onPass
  if (!isPrerendering()) return
  onShown(
    guard(() => {
      // The address at which a prerendered page was made is not the one that it is shown with.
      waiting = waiting.map((call) => ({ ...call, href: location.href }))
      release()
    }),
  )
}

/** The campaign that a conversion would get now, of the visits that wait, too. */
export const attribution = (): UtmParameters | undefined => {
  release()
  if (waiting[0])
    return (
      campaignOf([...waiting.map(({ href }) => href), location.href]) ?? (isHeld ? campaignOf(readTrail()) : undefined)
    )
  if (permission() === 'granted') captureVisit({ href: location.href, time: now() })
  return currentCampaign()
}
