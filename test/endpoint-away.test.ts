import { expect, onTestFinished, test } from 'vitest'
import { administrate, prepareServer } from './endpoint-postgres'
import { useProgram } from './endpoint-process'
import { action } from './endpoint-server'

const program = useProgram('endpoint-away')

test('outlives its database, says 503 meanwhile, and goes on by itself', async () => {
  const server = prepareServer()
  onTestFinished(() => server.remove())
  await server.start()
  await administrate(server, 'CREATE DATABASE wasabi')
  const { post, origin, log, child } = await program.start({ DATABASE_URL: `${server.host}/wasabi` })
  const ready = async () => (await fetch(`${origin}/health/ready`)).status
  expect(await ready()).toBe(200)
  let next = 0
  let ended = false
  onTestFinished(() => {
    ended = true
  })
  const statuses = new Map<number, number>()
  const send = async () => {
    while (!ended) {
      next += 1
      const status = await post(action({ interactionId: String(next) })).catch(() => 0)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  }
  const count = (status: number) => statuses.get(status) ?? 0
  const sending = [send(), send(), send(), send()]

  for (const round of [1, 2]) {
    const before = count(201)
    await expect.poll(() => count(201), { timeout: 20_000 }).toBeGreaterThan(before + 20)
    await server.kill()
    await expect.poll(() => count(503), { timeout: 20_000 }).toBeGreaterThan(round)
    await expect.poll(ready, { timeout: 20_000 }).toBe(503)
    await server.start()
    statuses.set(503, 0)
  }
  const before = count(201)
  await expect.poll(() => count(201), { timeout: 20_000 }).toBeGreaterThan(before + 20)
  ended = true
  await Promise.all(sending)
  expect([...statuses.keys()].sort()).toEqual([201, 503])
  expect(child.exitCode).toBeNull()
  expect(log.join('')).toMatch(/"cannot commit".*[\s\S]*"commits again"/)
})
