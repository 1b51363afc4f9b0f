import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { orEnded, startChild } from '../../../e2e/support/child'
import { startEndpoint } from '../../../e2e/support/host'
import { install } from './install'
import { environmentOf } from './run'

test.each([
  ['express', ['node', 'server.js']],
  // The program itself: npm's wrapper passes no signal on.
  ['deno', ['node_modules/deno/deno', 'run', '--allow-net', '--allow-env', '--allow-read', 'server.js']],
  // The runtime of Cloudflare's workers.
  ['workerd', ['node_modules/workerd/bin/workerd', 'serve', 'config.capnp', '--control-fd=1']],
])('behind %s a landing is dated, and its sign-up has the campaign', async (name, [command = '', ...args]) => {
  const endpoint = await startEndpoint()
  onTestFinished(endpoint.close)
  const project = await install(name)
  const { stdout, ended, stop } = startChild(command, args, {
    cwd: project,
    env: environmentOf(endpoint.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(stop)
  const said = String(await orEnded(once(stdout as Readable, 'data'), ended))
  const url = `http://127.0.0.1:${/port\D+(\d+)/.exec(said)?.[1] ?? ''}`

  const cookie = (await fetch(`${url}/?utm_source=framework&utm_campaign=spring`)).headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^wasabi_utm=utm_source=framework&utm_campaign=spring; Domain=example.com; Path=\/; Max-Age=/)
  expect((await fetch(url)).headers.get('set-cookie')).toBeNull()
  const signUp = () => fetch(`${url}/sign-up`, { method: 'POST', headers: { cookie: cookie.split(';')[0] ?? '' } })
  expect(await (await signUp()).text()).toBe('201')
  expect(await (await signUp()).text()).toBe('200')
  const [event, ...others] = await endpoint.stored()
  expect(others).toEqual([])
  expect(event?.body).toMatchObject({ customerId: '42', utmParameters: { utmCampaign: 'spring' } })
})
