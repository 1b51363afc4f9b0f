import { expect, test } from 'vitest'
import { readBuilt } from './simulation/build.mjs'
import { settled } from './simulation/clock'
import { createPage } from './simulation/page'
import { createWorld, type Tag, type World } from './simulation/world'

const TAG: Tag = {
  endpoint: 'https://collect.example.com/customer-actions',
  consent: 'implied',
  attribution: 'last',
}

const href = 'https://www.shop.co.uk/'
const SECOND = 1000
const HALF_MINUTE = 30 * SECOND
const NIGHT = 8 * 3600 * SECOND

const open = (world: World, name: string) => {
  const place = { href, way: 'navigate', referrer: '', session: world.session(), entries: () => [href] } as const
  const page = createPage(world, name, place)
  world.pages.push(page)
  page.loadStub()
  page.loadScript()
  return page
}

const startWorld = (): World => Object.assign(createWorld(readBuilt(), 1), { tag: TAG })

/** Tracks in a page, as its own code does. */
const track = (page: ReturnType<typeof open>, interactionId: string) => {
  page.run(() => void page.api()?.track('SIGN_UP', { interactionId }))
}

test('after a night without an endpoint 500 events of four tabs arrive, slowly and once', async () => {
  const world = startWorld()
  const { network, clock } = world
  network.weather = 'down'
  const pages = ['a', 'b', 'c', 'd'].map((name) => open(world, name))
  for (const page of pages) for (let count = 0; count < 125; count++) track(page, `${page.name}-${count}`)
  await settled()
  await clock.pass(NIGHT)
  network.weather = 'fair'
  const before = network.requests.length
  let seconds = 0
  for (; network.store.size < 500; seconds++) {
    const sent = network.requests.length
    await clock.pass(SECOND)
    // One more than four: a request may be under way at the turn of the second.
    expect(network.requests.length - sent).toBeLessThanOrEqual(5)
  }
  const requests = network.requests.length - before
  expect(requests).toBeLessThanOrEqual(550)
  expect(requests / seconds).toBeLessThanOrEqual(4.1)
  expect([...network.store.values()].filter(({ created }) => created)).toHaveLength(500)
  expect(world.faults).toEqual([])
})

test('an attempt without an answer ends after half a minute, and the event is sent again', async () => {
  const world = startWorld()
  const { network, clock } = world
  const page = open(world, 'a')
  network.weather = 'hangs'
  track(page, 'order-1')
  await settled()
  network.weather = 'fair'
  await clock.pass(HALF_MINUTE - SECOND)
  expect(network.requests).toHaveLength(1)
  await clock.pass(HALF_MINUTE)
  expect(network.requests.length).toBe(2)
  expect([...network.store.keys()]).toEqual(['order-1'])
})
