import type { Call, Model } from './model'
import type { Page } from './page'
import type { Random } from './random'
import { createTab, type Tab } from './tab'
import type { World } from './world'

/** How often a life does each of the {@link STEPS}, relative to the others. */
type Habits = readonly number[]

/** The parts of a life: its browser, its model, and the tabs that are open. */
export type Scene = {
  readonly world: World
  readonly model: Model
  readonly tabs: Tab[]
  readonly queues: Map<Page, Call[]>
  readonly habits: Habits
  count: number
}

const HOSTS = ['www.shop.co.uk', 'www.shop.co.uk', 'app.shop.co.uk', 'shop.co.uk']
const TYPES = ['SIGN_UP', 'SIGN_UP', 'PROMOTION_APPLIED', 'SUBSCRIPTION_RESTARTED', 'SUBSCRIPTION_CANCELLED']
const CUSTOMERS = ['anna', 'ben']

const detailsOf = ({ customer, contract }: Call) => ({
  ...(customer && { customerId: customer }),
  ...(contract && { subscriptionContractId: contract }),
})

/**
 * Makes a call in the page and in the model. The model hears of a `consent` first, since it judges all that follows.
 */
export const makeCall = ({ world, model, queues }: Scene, page: Page, given: Omit<Call, 'time'>): void => {
  const api = page.api()
  if (!api || (given.name === 'init' && !page.hasScript())) return
  let call: Call = { ...given, time: world.clock.wall() }
  const isHeard = page.hasScript() && !page.isFrozen()
  if (call.name === 'consent' && isHeard) model.call(page, call)
  const listeners = page.listeners().length
  page.run(() => {
    const { name, id, type = '', customer = '', granted = false } = call
    if (name === 'track')
      call = { ...call, id: api.track(type, { ...detailsOf(call), ...(id && { interactionId: id }) }) }
    if (name === 'update') api.update(id ?? '', detailsOf(call))
    if (name === 'identify') api.identify(customer)
    if (name === 'reset') api.reset()
    if (name === 'consent') api.consent(granted)
    if (name === 'init') api.init({ endpoint: 'https://collect.example.com/' })
  })
  const { id = '', customer = '', contract = '', granted = '' } = call
  world.log(
    `${page.name} ${call.name} ${[call.type, id, customer, contract, granted].filter((word) => word !== '' && word !== undefined).join(' ')}`,
  )
  if (call.name === 'init' && page.listeners().length > listeners) world.fault('a further init listens once more')
  const isRefusal = call.name === 'consent' && call.granted === false && isHeard
  const lasts = (request: World['network']['requests'][number]) =>
    request.page === page && request.state === 'under way' && !request.keepalive
  if (isRefusal && world.network.requests.some(lasts)) world.fault('a later attempt outlives the refusal')
  if (!page.hasScript()) queues.set(page, [...(queues.get(page) ?? []), call])
  else if (call.name !== 'consent') model.call(page, call)
}

const newAddress = (scene: Scene) => {
  const { random } = scene.world
  const campaign = random.chance(0.5) ? `?utm_campaign=c${scene.count++}` : ''
  return `https://${random.pick(HOSTS)}/p${random.below(3)}${campaign}`
}

const track = (scene: Scene, page: Page) => {
  const { world, model } = scene
  const { random } = world
  const host = new URL(page.origin).hostname
  const again = [...model.actions.values()].filter((action) => action.page.origin === page.origin)
  const before = again.length > 0 && random.chance(0.12) ? random.pick(again) : undefined
  const type = before?.calls[0]?.type ?? random.pick(TYPES)
  const id = before?.id ?? (random.chance(0.6) ? `order-${scene.count++}@${host}` : undefined)
  makeCall(scene, page, {
    name: 'track',
    type,
    ...(id && { id }),
    ...(random.chance(0.3) && { customer: random.pick(CUSTOMERS) }),
    ...(random.chance(0.3) && { contract: `contract-${scene.count++}` }),
  })
}

const update = (scene: Scene, page: Page) => {
  const { random } = scene.world
  const ids = [...scene.model.actions.values()]
    .filter((action) => action.page.origin === page.origin)
    .map(({ id }) => id)
  if (!ids[0]) return
  makeCall(scene, page, {
    name: 'update',
    id: random.chance(0.7) ? String(ids.at(-1)) : random.pick(ids),
    ...(random.chance(0.3) && { customer: random.pick(CUSTOMERS) }),
    ...(random.chance(0.8) && { contract: `contract-${scene.count++}` }),
  })
}

const online = ({ world, model, tabs }: Scene, isOnline: boolean) => {
  if (world.network.isOnline() === isOnline) return
  world.log(isOnline ? 'online' : 'offline')
  world.network.setOnline(isOnline)
  if (!isOnline) return
  for (const page of tabs.filter((tab) => tab.isOpen()).map((tab) => tab.page())) {
    if (page.hasScript()) model.look(page)
    page.hear('online', {})
  }
}

/** Clears the storage in the page, as sites do at log-out. */
export const clear = ({ world, model }: Scene, page: Page): void => {
  world.log(`${page.name} clears its storage`)
  page.run(() => {
    world.area(page.origin).storage.clear()
  })
  model.clear(page.origin)
}

const fill = ({ world }: Scene, { origin }: Page) => {
  const area = world.area(origin)
  area.isFull = !area.isFull
  world.log(`${origin} ${area.isFull ? 'is full' : 'has room'}`)
}

const jump = ({ world }: Scene) => {
  const by = world.random.pick([-1, 1]) * world.random.pick([5, 5000, 3_600_000])
  world.log(`the clock jumps by ${by} ms`)
  world.clock.jump(by)
}

const setWeather = ({ world }: Scene) => {
  world.network.weather = world.random.pick(['fair', 'fair', 'mixed', 'mixed', 'down'])
  world.log(`the weather is ${world.network.weather}`)
}

export const openTab = (scene: Scene, href: string): Tab => {
  const tab = createTab(scene.world, scene.model, href)
  scene.tabs.push(tab)
  return tab
}

type Step = (scene: Scene, tab: Tab) => void

const call =
  (name: Call['name'], more: (scene: Scene) => Partial<Call> = () => ({})): Step =>
  (scene, tab) => {
    makeCall(scene, tab.page(), { name, ...more(scene) })
  }

/** The steps of a life, and how often each happens, relative to the others. */
const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [16, (scene, tab) => track(scene, tab.page())],
  [14, (scene, tab) => update(scene, tab.page())],
  [5, call('identify', ({ world }) => ({ customer: world.random.pick(CUSTOMERS) }))],
  [3, call('reset')],
  [4, call('consent', ({ world }) => ({ granted: world.random.chance(0.75) }))],
  [6, (scene) => scene.tabs.filter((tab) => tab.isOpen()).length < 3 && openTab(scene, newAddress(scene))],
  [10, (scene, tab) => tab.go(newAddress(scene))],
  [6, (_, tab) => tab.back()],
  [3, (_, tab) => tab.reload()],
  [3, (_, tab) => tab.hide()],
  [4, (_, tab) => tab.show()],
  [2, (_, tab) => tab.close()],
  [1, (_, tab) => tab.crash()],
  [3, (scene) => online(scene, !scene.world.network.isOnline())],
  [6, setWeather],
  [0.5, (scene, tab) => clear(scene, tab.page())],
  [0.5, (scene, tab) => fill(scene, tab.page())],
  [1, jump],
  [1, call('init')],
]

/**
 * Each life prefers other steps than the next. This finds a fault sooner that needs three rare steps in a row (swarm
 * testing, Groce et al. 2012).
 */
export const pickHabits = (random: Random): Habits => STEPS.map(([weight]) => weight * random.pick([0, 1, 1, 5]))

const pickStep = ({ world, habits }: Scene): Step => {
  let left = world.random.next() * habits.reduce((sum, weight) => sum + weight, 0)
  return STEPS[habits.findIndex((weight) => (left -= weight) < 0)]?.[1] ?? setWeather
}

/** Does one step of a visitor, a page or the world. */
export const doStep = (scene: Scene): void => {
  const open = scene.tabs.filter((tab) => tab.isOpen())
  const tab = open.length ? scene.world.random.pick(open) : openTab(scene, newAddress(scene))
  pickStep(scene)(scene, tab)
}

/** Everything works again, for good. */
export const calm = (scene: Scene): void => {
  scene.world.log('all works again')
  scene.world.network.weather = 'fair'
  for (const origin of scene.world.origins()) scene.world.area(origin).isFull = false
  online(scene, true)
}
