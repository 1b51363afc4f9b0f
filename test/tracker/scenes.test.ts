import { expect, test } from 'vitest'
import { buildScript, readBuilt } from './simulation/build.mjs'
import { liveMoments, type Moment } from './simulation/life'
import { RARE_FAULTS, SEEDED_FAULTS } from './simulation/seeded-faults'
import { clear, makeCall, openTab, type Scene } from './simulation/steps'

/** The number of lives of each scene: stub, latencies and the back/forward cache differ between them. */
const LIVES = 20

const built = readBuilt()

const faultsIn = async (script: string, moments: readonly Moment[]) => {
  const lives = await Promise.all(
    Array.from({ length: LIVES }, (_, seed) => liveMoments({ ...built, script }, seed, moments)),
  )
  return lives.flatMap(({ faults }) => faults)
}

const ORIGIN = 'https://www.shop.co.uk'

const tabOf = (scene: Scene, number: number) => scene.tabs[number] as Scene['tabs'][number]

const open =
  (path = '/p1') =>
  (scene: Scene) => {
    openTab(scene, ORIGIN + path)
  }
const call =
  (number: number, name: Parameters<typeof makeCall>[2]['name'], more: object = {}) =>
  (scene: Scene) => {
    makeCall(scene, tabOf(scene, number).page(), { name, ...more })
  }
const track = (number: number, id: string) => call(number, 'track', { type: 'SIGN_UP', id })
const update = (number: number, id: string, contract: string) => call(number, 'update', { id, contract })
const go = (number: number) => (scene: Scene) => {
  tabOf(scene, number).go(`${ORIGIN}/p2`)
}
const back = (number: number) => (scene: Scene) => {
  tabOf(scene, number).back()
}
const weather = (each: Scene['world']['network']['weather']) => (scene: Scene) => {
  scene.world.network.weather = each
}
const close = (number: number) => (scene: Scene) => {
  tabOf(scene, number).close()
}
const clearStorage = (number: number) => (scene: Scene) => {
  clear(scene, tabOf(scene, number).page())
}
const fill = (scene: Scene) => {
  scene.world.area(ORIGIN).isFull = true
}
const setBack = (scene: Scene) => {
  scene.world.clock.jump(-3_600_000)
}

/** Scenes that once broke a promise, each with the fault that breaks it again. */
const SCENES: readonly (readonly [what: string, fault: string, moments: readonly Moment[]])[] = [
  [
    'a tab that goes before it hears of a log-out in another tab corrects nothing when it is shown again',
    'what is stored stays in memory',
    [
      [3000, open()],
      [3000, open()],
      [3000, track(0, 'a')],
      [0, call(1, 'reset')],
      [2000, go(0)],
      [100, back(0)],
      [100, update(0, 'a', 'contract-1')],
    ],
  ],
  [
    'two corrections in one millisecond are two',
    'a correction has the time of the last one',
    [
      [3000, open()],
      [3000, track(0, 'a')],
      [0, update(0, 'a', 'contract-1')],
      [3000, update(0, 'a', 'contract-2')],
    ],
  ],
  [
    'an id that is called again after a log-out leaves the event that waits as it is',
    'an id that still waits is recorded again after a reset',
    [
      [3000, open()],
      [0, weather('request lost')],
      [500, track(0, 'a')],
      [0, call(0, 'reset')],
      [3000, track(0, 'a')],
    ],
  ],
  [
    'a refusal ends the later attempt that is under way',
    'a refusal leaves the later attempt under way',
    [
      [3000, open()],
      [0, weather('request lost')],
      [20, track(0, 'a')],
      [5000, weather('hangs')],
      [3000, call(0, 'consent', { granted: false })],
    ],
  ],
  [
    'a page that is shown again makes one later attempt at a time',
    'a page that goes leaves its later attempt under way',
    [
      [3000, open()],
      [0, weather('request lost')],
      [20, track(0, 'a')],
      [1500, track(0, 'b')],
      [3000, weather('hangs')],
      [50, go(0)],
      [3000, back(0)],
      [0, call(0, 'consent', { granted: false })],
    ],
  ],
  [
    'a round ends when another attempt is asked to wait',
    'a round goes on though another attempt was asked to wait',
    [
      [3000, open()],
      [0, weather('request lost')],
      ...['a', 'b', 'c', 'd', 'e', 'f'].map((id): Moment => [0, track(0, id)]),
      [500, weather('fair')],
      [2600, go(0)],
      [0, weather('wait')],
      [0, track(0, 'g')],
      [3000, weather('fair')],
    ],
  ],
  [
    'an event that is asked to wait beside a round is sent after it',
    'an event that became ready while a round ended has no timer',
    [
      [3000, open()],
      [0, weather('request lost')],
      [700, track(0, 'a')],
      [2500, weather('slow')],
      [0, weather('wait')],
      [700, track(0, 'b')],
      [0, weather('fair')],
    ],
  ],
  [
    'where there is no room, the newest correction counts',
    'an older text stays where there is no room',
    [
      [3000, open()],
      [3000, track(0, 'a')],
      [0, fill],
      [0, update(0, 'a', 'contract-1')],
      [3000, update(0, 'a', 'contract-2')],
    ],
  ],
  [
    'an update follows its CREATED that takes long',
    'an answer sends nothing of what waited',
    [
      [3000, open()],
      [0, weather('slow')],
      [0, track(0, 'a')],
      [0, weather('fair')],
      [3000, update(0, 'a', 'contract-1')],
    ],
  ],
  [
    'a clock that is set back makes no wait longer',
    'a clock that was set back makes a wait longer',
    [
      [3000, open()],
      [0, fill],
      [0, weather('wait')],
      [1000, track(0, 'a')],
      [0, setBack],
    ],
  ],
  [
    'a page that was in the back/forward cache when the visitor refused sends nothing of before',
    'a page in the back/forward cache keeps its copies',
    [
      [3000, open()],
      [3000, open()],
      [0, weather('request lost')],
      [500, track(0, 'a')],
      [500, go(0)],
      [500, call(1, 'consent', { granted: false })],
      [500, call(1, 'consent', { granted: true })],
      [0, weather('fair')],
      [5000, back(0)],
    ],
  ],
  [
    'a page that permits before it hears that another tab has refused sends nothing of before',
    'a refusal that is taken back at once is not heeded',
    [
      [3000, open()],
      [3000, open()],
      [0, weather('request lost')],
      [500, track(0, 'a')],
      [0, call(1, 'consent', { granted: false })],
      [0, call(0, 'consent', { granted: true })],
      [2000, go(0)],
      [0, weather('fair')],
      [5000, back(0)],
    ],
  ],
  [
    'a page that goes does not repeat an event that is under way, though an earlier attempt of the same key has ended',
    'an attempt that ends hides another one of its key',
    [
      [3000, open()],
      [0, weather('request lost')],
      [500, track(0, 'a')],
      [0, weather('hangs')],
      [0, close(0)],
      [20_000, open()],
      [0, clearStorage(1)],
      [15_000, track(1, 'a')],
      [3000, go(1)],
    ],
  ],
]

test.each(SCENES)(
  '%s',
  async (_, name, moments) => {
    expect(await faultsIn(built.script, moments)).toEqual([])
    const fault = [...SEEDED_FAULTS, ...RARE_FAULTS].find((each) => each.name === name)
    expect(fault).toBeDefined()
    expect(await faultsIn(await buildScript(fault), moments)).not.toEqual([])
  },
  60_000,
)

/** Scenes that the simulation once reported as a fault of the script: they are allowed. */
const ALLOWED: readonly (readonly [what: string, moments: readonly Moment[]])[] = [
  [
    'a page that a full storage keeps from knowing an action does not correct it',
    [
      [3000, open()],
      [500, track(0, 'a')],
      [500, fill],
      [3000, update(0, 'a', 'contract-1')],
      [3000, open()],
      [0, update(1, 'a', 'contract-2')],
      [0, call(1, 'track', { type: 'SIGN_UP', id: 'a', customer: 'ben' })],
      [3000, update(1, 'a', 'contract-3')],
    ],
  ],
  [
    'a page that alone remembers an action, since storage was full, corrects it after a log-out in another tab',
    [
      [3000, open()],
      [500, track(0, 'a')],
      [500, fill],
      [3000, update(0, 'a', 'contract-1')],
      [3000, open()],
      [80_000, call(1, 'reset')],
      [3000, call(0, 'update', { id: 'a', customer: 'ben' })],
    ],
  ],
  [
    'a call in the millisecond in which its id was called and the storage cleared records nothing, and a later one does',
    [
      [3000, open()],
      [0, track(0, 'a')],
      [0, clearStorage(0)],
      [3000, track(0, 'a')],
      [3000, track(0, 'a')],
      [3000, call(0, 'identify', { customer: 'anna' })],
    ],
  ],
]

test.each(ALLOWED)('%s', async (_, moments) => {
  expect(await faultsIn(built.script, moments)).toEqual([])
})
