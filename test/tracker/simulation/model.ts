import type { Action } from '../../../src/contract/customer-action'
import type { Page } from './page'
import type { World } from './world'

/** A call as a page makes it. */
export type Call = {
  readonly name: 'page' | 'track' | 'update' | 'identify' | 'reset' | 'consent' | 'init'
  readonly id?: string
  readonly type?: string
  readonly customer?: string
  readonly contract?: string
  readonly granted?: boolean
  readonly time: number
}

/** The values that one call of `track` must have recorded. */
export type Recorded = { readonly type: string; readonly campaign: string; readonly createdAt: number }

/** The expected state of one action. */
export type Expected = {
  readonly id: string
  readonly page: Page
  /** The page that corrected it last. */
  corrector: Page
  /** The first call counts. The others count where the first one may be gone. */
  readonly calls: Recorded[]
  /** Its customer now: an id, or `person 3` for a visitor. */
  customer: string
  contract: string
  /** Every customer that it was recorded for. */
  readonly customers: Set<string>
  /** Whether it must be stored in the end, and whether its last correction must be. */
  must: boolean
  mustBeCorrected: boolean
  /** True if only the page's memory contains it: storage was full or cleared. */
  isInMemoryOnly: boolean
  /** True if only the memory of the page that corrected it can correct it again: storage was full. */
  isRememberedByCorrectorOnly: boolean
  /** True if another tab has logged out since, which does not reach that memory. */
  isBeyondReset: boolean
  /** True if its page has a copy beside the storage. A page that was in the back/forward cache has none. */
  hasCopy: boolean
  /** When a page forgot how to correct it. */
  forgottenAt: number
}

type PageState = {
  waiting: Call[]
  isOpen: boolean
  isHeld: boolean
  /** True while its start waits for an idle moment, without anything urgent. */
  isLate: boolean
  latest: string
  readonly seen: Set<string>
  readonly captured: Set<string>
  readonly trail: () => readonly string[]
}

/** The expected state of one browser: its campaign, its person and its permission. */
export type Model = {
  readonly actions: Map<string, Expected>
  /** When a page of an origin last heeded a refusal. */
  readonly refusals: Map<string, number>
  readonly open: (page: Page, queue: readonly Call[]) => void
  readonly make: (page: Page, captured: Set<string>, trail: () => readonly string[]) => void
  readonly call: (page: Page, call: Call) => void
  /** The page reads the visitor's permission. */
  readonly look: (page: Page) => void
  /** The page is idle. */
  readonly rest: (page: Page) => void
  readonly freeze: (page: Page) => void
  readonly leave: (page: Page) => void
  readonly clear: (origin: string) => void
  readonly permission: () => 'granted' | 'denied' | undefined
  readonly known: (origin: string) => readonly string[]
}

/** The longest delay until a tab hears of a change, in milliseconds. */
export const LATEST = 60

const writeTime = (time: number) => new Date(time).toISOString()

const CARRYING = ['SIGN_UP', 'PROMOTION_APPLIED']

export const campaignIn = (href: string): string => /utm_campaign=([^&]*)/.exec(href)?.[1] ?? ''

export const createModel = (world: World): Model => {
  const { clock, tag } = world
  const actions = new Map<string, Expected>()
  const states = new Map<Page, PageState>()
  const journals = new Map<string, Map<string, Expected>>()
  const refusals: Model['refusals'] = new Map()
  let answer: 'granted' | 'denied' | undefined
  let touch: { readonly campaign: string; readonly time: number } | undefined
  let person = { number: 1, customer: '' }

  const stateOf = (page: Page) => states.get(page) as PageState
  const journal = (origin: string) => {
    const known = journals.get(origin) ?? new Map<string, Expected>()
    journals.set(origin, known)
    return known
  }
  const permission = () => answer ?? (tag.consent === 'implied' ? 'granted' : undefined)
  const someoneElse = (customer = '') => (person = { number: person.number + 1, customer })

  const isStored = (id: string) => !!world.network.store.get(id)?.created
  const isFull = (origin: string) => world.area(origin).isFull

  /** Whether only another page's memory contains the action. */
  const isElsewhere = (page: Page, action: Expected) =>
    (action.isInMemoryOnly && action.page !== page) || (action.isRememberedByCorrectorOnly && action.corrector !== page)

  const give = (page: Page, action: Expected, customer: string) => {
    // A page that does not know the action reports the call, and corrects nothing.
    if (!isElsewhere(page, action)) action.corrector = page
    action.customer = customer
    action.customers.add(customer)
    if (!isFull(action.page.origin)) return
    action.mustBeCorrected = false
    action.isRememberedByCorrectorOnly = true
  }
  const correctVisitor = (page: Page) => {
    const { origin } = page
    if (!person.customer) return
    for (const action of journal(origin).values())
      if (action.customer === `person ${person.number}`) give(page, action, person.customer)
    // The journal may contain the later of two calls with one id.
    for (const { page: first, calls, customers } of actions.values())
      if (first.origin === origin && calls.length > 1) customers.add(person.customer)
  }

  const capture = (page: Page, href: string, { time, isRevisit }: { time: number; isRevisit: boolean }) => {
    const state = stateOf(page)
    const campaign = campaignIn(href)
    if (state.seen.has(href)) return
    state.seen.add(href)
    if (!campaign || campaign === state.latest) return
    state.latest = campaign
    const second = Math.floor(time / 1000)
    // A time in the future counts as now.
    const before = touch && Math.min(touch.time, Math.floor(clock.wall() / 1000))
    const stays =
      before !== undefined &&
      ((isRevisit && state.captured.has(campaign)) || (tag.attribution === 'first') !== before > second)
    state.captured.add(campaign)
    if (!stays) touch = { campaign, time: second }
  }

  const track = (page: Page, { id = '', type = '', customer, contract = '', time }: Call) => {
    const known = journal(page.origin)
    const recorded = known.get(id)
    if (recorded && !isElsewhere(page, recorded)) return
    const owner = customer ?? (person.customer || `person ${person.number}`)
    const call = { type, campaign: CARRYING.includes(type) ? (touch?.campaign ?? '') : '', createdAt: time }
    const before = actions.get(id)
    if (before) {
      // The calls with one id are one action. The first call counts, if anything of it is left.
      const isWaiting = page === before.page && before.calls.some(({ createdAt }) => createdAt === time)
      before.calls.push(call)
      before.customers.add(owner)
      before.mustBeCorrected = false
      // A call creates no event while the first one still waits, as it does in its own millisecond.
      const isNew =
        !isWaiting &&
        world.network.requests.some(({ key, body }) => key === `C ${id} ` && body.includes(writeTime(time)))
      if (!isNew) return
      known.set(id, Object.assign(before, { customer: owner }))
      // The first page loses its copy when another page writes under the same key.
      if (page !== before.page && page.origin === before.page.origin) before.hasCopy = false
      return
    }
    const action: Expected = {
      ...{ id, page, corrector: page, calls: [call], customer: owner, contract, customers: new Set([owner]) },
      ...{
        must: true,
        mustBeCorrected: true,
        isInMemoryOnly: isFull(page.origin),
        isRememberedByCorrectorOnly: false,
        isBeyondReset: false,
        hasCopy: true,
        forgottenAt: -LATEST,
      },
    }
    if (action.isInMemoryOnly) action.mustBeCorrected = false
    actions.set(id, action)
    known.set(id, action)
  }

  const identify = (customer: string) => {
    if (person.customer && person.customer !== customer) someoneElse(customer)
    else person.customer = customer
  }

  const perform = (page: Page, call: Call) => {
    const known = journal(page.origin)
    const action = known.get(call.id ?? '')
    if (call.name === 'track') track(page, call)
    if (call.name === 'update' && action) {
      give(page, action, call.customer ?? action.customer)
      action.contract = call.contract ?? action.contract
    }
    const forgotten = actions.get(call.id ?? '')
    // A tab that has not yet heard that the action was forgotten may correct it or not: the two are concurrent.
    const isSoon = !!forgotten && clock.now() - forgotten.forgottenAt < LATEST
    const isRemembered = forgotten?.isBeyondReset === true && forgotten.corrector === page
    if (call.name === 'update' && forgotten && !action && (isSoon || isRemembered || forgotten.calls.length > 1)) {
      forgotten.customers.add(call.customer ?? forgotten.customer)
      forgotten.mustBeCorrected = false
      // From now on the origin may know it again.
      forgotten.forgottenAt = Infinity
    }
    if (call.name === 'identify') identify(call.customer ?? '')
    if (call.name === 'reset') {
      someoneElse()
      for (const each of known.values()) each.forgottenAt = clock.now()
      known.clear()
      for (const each of actions.values())
        if (each.page.origin === page.origin)
          each.isBeyondReset = each.isRememberedByCorrectorOnly && each.corrector !== page
    }
    if (['page', 'consent', 'identify'].includes(call.name)) correctVisitor(page)
  }

  /** Deletes everything that is stored. Requests that have left the page may arrive. */
  const refuse = (page: Page) => {
    const state = stateOf(page)
    state.waiting = []
    state.seen.clear()
    state.captured.clear()
    state.latest = ''
    touch = undefined
    refusals.set(page.origin, clock.now())
    world.waits.clear()
    someoneElse()
    for (const known of journals.values()) known.clear()
    for (const action of actions.values()) {
      if (!isStored(action.id)) action.must = false
      action.mustBeCorrected = false
      // An origin still knows the action until one of its pages reads the permission.
      action.forgottenAt = Infinity
    }
  }

  const heedAnswers = (page: Page) => {
    const state = stateOf(page)
    for (const call of state.waiting.splice(0)) {
      if (call.name === 'consent') {
        if (permission() === 'denied') refuse(page)
        answer = call.granted ? 'granted' : 'denied'
      }
      if (permission() === 'denied') refuse(page)
      else state.waiting.push(call)
      state.isHeld ||= !permission()
    }
  }

  const look = (page: Page) => {
    const state = stateOf(page)
    if (!state.isOpen) return
    heedAnswers(page)
    if (permission() === 'denied') refuse(page)
    if (permission() !== 'granted' || !state.waiting[0]) return
    // Without a campaign in the page's own address, a landing in the trail counts: of a router or of an earlier page.
    if (state.isHeld && !campaignIn(page.href))
      for (const href of state.trail()) capture(page, href, { time: state.waiting[0].time, isRevisit: false })
    for (const call of state.waiting.splice(0)) {
      const isRevisit = call.name === 'page' && page.way !== 'navigate'
      capture(page, page.href, { time: state.isHeld ? call.time : clock.wall(), isRevisit })
      perform(page, call)
    }
    state.isHeld = false
  }

  /** Loses an action with its page if only the page's memory contains it. */
  const loseMemory = (action: Expected) => {
    if (!action.isInMemoryOnly) return
    journal(action.page.origin).delete(action.id)
    if (!isStored(action.id)) action.must = false
  }

  return {
    actions,
    refusals,
    permission,
    look,
    known: (origin) => [...journal(origin).keys()],
    make: (page, captured, trail) => {
      const fresh = { waiting: [], isOpen: false, isHeld: false, isLate: false, latest: '', seen: new Set<string>() }
      states.set(page, { ...fresh, captured, trail })
    },
    open: (page, queue) => {
      const state = stateOf(page)
      state.waiting.push({ name: 'page', time: clock.wall() }, ...queue)
      state.isOpen = true
      state.isLate = tag.consent === 'implied' && !queue[0] && !campaignIn(page.href)
      if (!state.isLate) look(page)
    },
    rest: (page) => {
      const state = stateOf(page)
      if (state.isLate) look(page)
      state.isLate = false
    },
    call: (page, call) => {
      if (call.name === 'init') return
      stateOf(page).waiting.push(call)
      look(page)
    },
    freeze: (page) => {
      for (const action of actions.values()) if (action.page === page) action.hasCopy &&= action.isInMemoryOnly
    },
    leave: (page) => {
      for (const action of actions.values()) if (action.page === page) loseMemory(action)
    },
    clear: (origin) => {
      journal(origin).clear()
      world.waits.delete(origin)
      for (const action of actions.values()) {
        if (action.page.origin !== origin) continue
        action.isInMemoryOnly = true
        action.mustBeCorrected = false
        if (!action.page.isAlive() || action.page.isFrozen() || !action.hasCopy) loseMemory(action)
      }
    },
  }
}

const customerOf = (action: Action, visitors: Map<string, string>, allowed: ReadonlySet<string>) => {
  const id = action.customerId
  if (!id.startsWith('visitor-')) return id
  // One visitor id identifies one person. The first action with the id decides which.
  const people = [...allowed].filter((each) => each.startsWith('person '))
  const person = visitors.get(id) ?? (people.length === 1 ? people[0] : undefined)
  if (person) visitors.set(id, person)
  return person ?? people[0] ?? id
}

const checkAction = (world: World, expected: Expected, visitors: Map<string, string>) => {
  // A page corrects the actions in its memory, even after the shared storage was cleared.
  const { id, calls, customers } = expected
  const stored = world.network.store.get(id)
  const created = stored?.created
  if (expected.must && !created) world.fault(`${id} lost`)
  if (!stored) return
  const all = [...(created ? [created] : []), ...stored.updates.values()]
  const isOfCall = ({ interaction, utmParameters, createdAt }: Action, call: Recorded) =>
    call.type === interaction.type &&
    call.campaign === (utmParameters?.utmCampaign ?? '') &&
    writeTime(call.createdAt) === createdAt
  for (const action of all) {
    // A correction may belong to a later call: the endpoint is to refuse an id that is called again after a log-out.
    const possible = action === created && expected.must && !expected.isInMemoryOnly ? calls.slice(0, 1) : calls
    if (!possible.some((call) => isOfCall(action, call)))
      world.fault(`${id} stored as ${JSON.stringify(action)}, not as ${JSON.stringify(calls)}`)
  }
  if (created && created.updatedAt !== created.createdAt) world.fault(`${id} is created at ${created.updatedAt}`)
  for (const action of all) {
    const customer = customerOf(action, visitors, customers)
    if (!expected.isInMemoryOnly && !customers.has(customer))
      world.fault(`${id} is stored for ${customer}, who is a stranger`)
  }
  const last = all.reduce((one, other) => (other.updatedAt > one.updatedAt ? other : one))
  if (!expected.must || !expected.mustBeCorrected) return
  if (customerOf(last, visitors, customers) !== expected.customer)
    world.fault(`${id} ends with customer ${last.customerId}, not ${expected.customer}`)
  if ((last.interaction.subscriptionContractId ?? '') !== expected.contract)
    world.fault(`${id} ends with another contract than ${expected.contract}`)
}

/** Compares the stored actions at the end with the expected ones. */
export const checkStore = (world: World, model: Model): void => {
  const visitors = new Map<string, string>()
  for (const id of world.network.store.keys()) if (!model.actions.has(id)) world.fault(`${id} was never called`)
  for (const action of model.actions.values()) checkAction(world, action, visitors)
}
