import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { environmentOf, useProgram } from './support/process'
import { startReceiver } from './support/receiver'
import { action, arrivalOf } from './support/server'
import { describeStores } from './support/stores'

const program = useProgram('forwarder')
const kills = 10

describeStores((freshPlace) => {
  test('forwarders killed ten times hand each event on, in order for each interaction', async () => {
    const place = await freshPlace()
    const store = await openStore(place)
    onTestFinished(() => store.close())
    const bodies = Array.from({ length: 600 }, (_, index) => {
      const interactionId = `i-${String(index % 100)}`
      const updatedAt = new Date(Date.UTC(2026, 10, 23, 11) + index).toISOString()
      return index < 100 ? action({ interactionId }) : action({ interactionId, updatedAt }, 'UPDATED')
    })
    await store.append(bodies.map((body) => arrivalOf(Buffer.from(body))))
    await store.settle()

    let dueAt = Infinity
    let kill = (): void => undefined
    const receiver = await startReceiver((response, _, count) => {
      if (count >= dueAt) kill()
      else if (count % 50 === 7) response.destroy()
      else response.writeHead(204).end()
    })
    const args = ['forward', '--to', receiver.url, '--concurrency', '4', '--once']
    for (let round = 1; round <= kills; round += 1) {
      const child = program.run(environmentOf(place), ...args)
      // In the middle of requests, a little later each time.
      dueAt = receiver.requests.length + 40
      kill = () => void child.kill('SIGKILL')
      expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    }
    dueAt = Infinity
    const { code, errors } = await program.command(environmentOf(place), args)
    expect({ code, errors }).toMatchObject({ code: 0 })

    const arrived = receiver.bodies()
    expect([...arrived].sort()).toEqual([...bodies].sort())
    const of = (list: readonly string[], id: number) => list.filter((body) => body.includes(`"i-${String(id)}"`))
    for (let id = 0; id < 100; id += 1) expect(of(arrived, id)).toEqual(of(bodies, id))
    // Far fewer than would come again if each forwarder began anew.
    expect(receiver.requests.length).toBeLessThan(600 + kills * 60)
  })
})
