import { settled } from './clock'
import { checkStore, createModel } from './model'
import type { Page } from './page'
import { calm, doStep, openTab, pickHabits, type Scene } from './steps'
import { checkRefusal, checkRequest } from './watch'
import { createWorld, type Built } from './world'

/** One life: the promises that it broke, and all that happened. */
export type Life = {
  readonly seed: number
  readonly faults: readonly string[]
  readonly story: readonly string[]
  readonly actions: number
  readonly stored: ReadonlySet<string>
}

/** Longer than any wait that the endpoint can ask for, in milliseconds. */
const LONG = 26 * 3_600_000
const SOME_MINUTES = 660_000

const createScene = (built: Built, seed: number): Scene => {
  const world = createWorld(built, seed)
  const model = createModel(world)
  const scene: Scene = { world, model, tabs: [], queues: new Map(), habits: pickHabits(world.random), count: 1 }
  world.mayStore = () => model.permission() === 'granted'
  world.queueOf = (page) => scene.queues.get(page) ?? []
  world.onDeath = (page) => {
    model.leave(page)
  }
  world.onIdle = (page) => {
    model.rest(page)
  }
  world.network.onWait = ({ origin }, milliseconds) => {
    if (!milliseconds || !world.mayStore()) return
    // Without room in storage, only the page that received the answer knows the wait.
    if (world.area(origin).isFull) world.waits.delete(origin)
    else world.waits.set(origin, { since: world.clock.wall(), wait: milliseconds })
  }
  world.onRequest = (page, options) => {
    world.log(`${page.name} sends ${options.body}`)
    checkRequest(world, { model, page, options })
    checkRefusal(world, { model, page, options })
  }
  return scene
}

/** Short waits cause the races. */
const nextWait = ({ world: { random } }: Scene) =>
  random.next() * random.pick([0, 0, 1, 5, 5, 50, 300, 300, 2000, 20_000, 200_000])

const isWaiting = ({ world }: Scene, origin: string) =>
  Object.keys(world.area(origin).storage).some((key) => /^wasabi\.[CU]\./.test(key))

const stays = (page: Page) => page.isAlive() && !page.isFrozen()

/**
 * Checks that a page that stays delivers its records and corrections, or deletes them after a refusal, without help.
 */
const checkStaying = ({ world, model }: Scene) => {
  for (const { id, must, page, corrector } of model.actions.values()) {
    const stored = world.network.store.get(id)
    const waiting = Object.keys(world.area(page.origin).storage).filter((key) => key.endsWith(`.${id}`))
    // The corrections of other pages may wait for a next visit.
    const newest = [...(stored?.updates.keys() ?? [])].sort().at(-1) ?? ''
    const waits = waiting.some(
      (key) => key.startsWith('wasabi.U.') && key.slice('wasabi.U.'.length) > `${newest}.${id}`,
    )
    if (must && stays(page) && !stored?.created) world.fault(`${id} not sent by its page`)
    if (must && stays(corrector) && waits) world.fault(`a correction of ${id} not sent by its page`)
    if (model.permission() === 'denied' && stays(page) && waiting.some((key) => key.startsWith('wasabi.C.')))
      world.fault(`${id} still waits after a refusal, though its page stays`)
  }
}

const end = async (scene: Scene) => {
  const { world, tabs, model } = scene
  calm(scene)
  await settled()
  // No visitor returns to these pages: they count as gone.
  for (const page of world.pages) if (page.isFrozen()) model.leave(page)
  if (world.random.chance(0.5)) for (const tab of tabs.filter((each) => each.isOpen())) tab.close()
  await world.clock.pass(SOME_MINUTES)
  const mayWait = world.origins().some((origin) => world.area(origin).storage.getItem('wasabi.wait'))
  if (mayWait) await world.clock.pass(LONG)
  checkStaying(scene)
  for (const origin of world.origins()) openTab(scene, `${origin}/last`)
  await world.clock.pass(SOME_MINUTES)
  if (world.origins().some((origin) => isWaiting(scene, origin))) await world.clock.pass(LONG)
  for (const origin of world.origins()) {
    const left = Object.keys(world.area(origin).storage).filter((key) =>
      (model.permission() === 'granted' ? /^wasabi\.[CU]\./ : /^wasabi\./).test(key),
    )
    if (left[0]) world.fault(`${origin} still has ${left.join(' ')}`)
  }
  checkStore(world, model)
}

/** Lives one life of these steps. The same seed produces the same life. Ends it after everything works again. */
const liveThrough = async (built: Built, seed: number, steps: (scene: Scene) => Promise<void>): Promise<Life> => {
  const scene = createScene(built, seed)
  const { world, model } = scene
  await steps(scene)
  if (!world.faults[0]) await end(scene)
  if (world.clock.isEndless()) world.fault('work without end')
  return { seed, faults: world.faults, story: world.story, actions: model.actions.size, stored: world.stored }
}

/** A life in which anything may happen. */
export const live = (built: Built, seed: number): Promise<Life> =>
  liveThrough(built, seed, async (scene) => {
    const { world } = scene
    const steps = 10 + world.random.below(35)
    for (let step = 0; step < steps && !world.faults[0]; step++) {
      doStep(scene)
      await settled()
      await world.clock.pass(nextWait(scene))
    }
  })

/** A step, and the milliseconds until the next one. */
export type Moment = readonly [milliseconds: number, step: (scene: Scene) => void]

/** A life with these steps and nothing else. */
export const liveMoments = (built: Built, seed: number, moments: readonly Moment[]): Promise<Life> =>
  liveThrough(built, seed, async (scene) => {
    for (const [milliseconds, step] of moments) {
      step(scene)
      await settled()
      await scene.world.clock.pass(milliseconds)
    }
  })
