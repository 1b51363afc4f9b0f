import { LATEST, type Model } from './model'
import { keyOf, type FetchOptions, type Request } from './network'
import type { Page } from './page'
import type { World } from './world'

/** The most requests of one page in a second, without first attempts. A browser sends four a second. */
const MOST_A_SECOND = 8

/** Milliseconds between two events of a page that catches up. */
const PACE = 250

const isFrozenUnderWay = (request: Request) => request.state === 'under way' && request.page.isFrozen()

type Sending = { readonly model: Model; readonly page: Page; readonly options: FetchOptions }

/** Whether other pages know the action. If not, they can record and correct it in the same millisecond. */
const isShared = (model: Model, key: string) => {
  const action = model.actions.get(key.split(' ')[1] ?? '')
  return !action?.isInMemoryOnly && !action?.isRememberedByCorrectorOnly
}

/** An event recorded before a refusal is not sent after it, even if the visitor has permitted it again. */
export const checkRefusal = (world: World, { model, page, options: { body } }: Sending) => {
  const refused = model.refusals.get(page.origin) ?? -Infinity
  const key = keyOf(body)
  const isOld = world.network.requests.some((request) => request.body === body && request.at < refused)
  if (isShared(model, key) && isOld && world.clock.now() > refused + LATEST)
    world.fault(`${key} sent again after a refusal`)
}

/**
 * Checks each request as it is made: the same bytes in every attempt, no more attempts than answers were lost, a
 * limit per second.
 */
export const checkRequest = (world: World, { model, page, options }: Sending) => {
  const key = keyOf(options.body)
  const { requests } = world.network
  const before = requests.filter((request) => request.key === key)
  const others = before.filter(({ body }) => body !== options.body)
  const isOther = others.length > 0
  const isKnownOther = others.some((request) => isShared(model, key) || request.page === page)
  // The endpoint is to refuse an id that is called again after its action was stored, and forgotten here.
  const waiting = world.area(page.origin).storage.getItem(`wasabi.C.${key.split(' ')[1] ?? ''}`)
  const isOverwriting = waiting !== null && waiting !== options.body
  if (isKnownOther && (key.startsWith('U') || isOverwriting))
    world.fault(`${key} sent with other bytes than those that wait`)
  if (before.some((request) => request.page === page && request.hasOutlivedPage))
    world.fault(`${key} sent again by a page that goes, though it is under way`)
  const isOwnAgain = before.some(({ page: other, body }) => other === page && body === options.body)
  if (isOwnAgain && options.keepalive && !page.wasHidden())
    world.fault(`${key} sent again by a page that stays, in a request that would outlive it`)
  // A page that is left sends all that it can, and finishes this when it is shown again.
  if (key.startsWith('U') && waiting !== null && !page.wasHidden()) world.fault(`${key} sent before its CREATED`)
  const isLast = (request: Request) => request.keepalive && request !== before[0]
  // A page that is left does not wait for the lock before it sends: it may be the last chance.
  const lost = before.filter((each) => each.state === 'unheard' || isFrozenUnderWay(each) || isLast(each)).length
  // An event under way in another tab is sent once more, since no page knows whether that tab lives.
  if (!isOther && !options.keepalive && before.length > 1 + lost)
    world.fault(`${key} sent ${before.length + 1} times, ${lost} without answer`)
  if (before.length === 0) return
  const { since, wait } = world.waits.get(page.origin) ?? { since: 0, wait: 0 }
  const waited = world.clock.wall() - since
  const isAgain = before.some(({ body }) => body === options.body)
  // A clock that was set back ends the wait.
  if (isAgain && waited >= 0 && waited < wait)
    world.fault(`${key} sent again ${wait - waited} ms before the endpoint wants it`)
  const previous = requests.filter((each) => each.page === page && !each.keepalive).at(-1)
  const isEarly = previous?.state === 'heard' && world.clock.now() - previous.at < PACE
  // A page that is shown again starts anew, without a pause.
  if (isEarly && !options.keepalive && !page.wasFrozen()) world.fault(`${key} follows another without a pause`)
  const recent = requests.filter(({ at, page: { name } }) => at > world.clock.now() - 1000 && name === page.name)
  const repeats = recent.length - new Set(recent.map((each) => each.key)).size
  if (repeats > MOST_A_SECOND) world.fault(`${repeats} events sent again in a second`)
}
