import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from './support/port'
import { useProgram } from './support/process'
import { action, freshFile } from './support/server'

const program = useProgram('endpoint-proxy')

const deployed = (name: string) => readFileSync(`src/endpoint/deploy/${name}`, 'utf8')

type Place = { readonly folder: string; readonly port: string; readonly endpoint: string }

/** The deployed file, except for the port, the certificate, and the address of the endpoint. */
const startNginx = ({ folder, port, endpoint }: Place) => {
  const [key, certificate] = [`${folder}/key.pem`, `${folder}/certificate.pem`]
  const subject = ['-subj', '/CN=collect.example.com', '-days', '1']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  writeFileSync(`${folder}/wasabi-endpoint.proxy`, deployed('nginx.proxy').replace('127.0.0.1:4174', endpoint))
  const server = deployed('nginx.conf')
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`)
    .replaceAll('/etc/nginx/', `${folder}/`)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  writeFileSync(
    `${folder}/nginx.conf`,
    `daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${paths.join(' ')} ${server} }`,
  )
  return spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`])
}

/** The deployed file, except for the port, the address of the endpoint, and a certificate of Caddy's own. */
const startCaddy = ({ folder, port, endpoint }: Place) => {
  const site = deployed('Caddyfile')
    .replace('collect.example.com {', `https://collect.example.com:${port} {\n\tbind 127.0.0.1\n\ttls internal`)
    .replaceAll('127.0.0.1:4174', endpoint)
  writeFileSync(
    `${folder}/Caddyfile`,
    `{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n${site}`,
  )
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  return spawn('caddy', ['run', '--config', `${folder}/Caddyfile`], { env })
}

const PROXIES = { nginx: startNginx, caddy: startCaddy } as const

const isInstalled = (name: string) => spawnSync(name, name === 'nginx' ? ['-v'] : ['version']).status === 0

type Given = { readonly method?: string; readonly body?: string; readonly forwardedFor?: string }

const clientOf =
  (port: string) =>
  async (path: string, { method = 'GET', body, forwardedFor }: Given = {}) => {
    const headers = { Host: 'collect.example.com', ...(forwardedFor && { 'X-Forwarded-For': forwardedFor }) }
    const where = {
      host: '127.0.0.1',
      port,
      servername: 'collect.example.com',
      rejectUnauthorized: false,
      agent: false,
    }
    const asked = request({ ...where, path, method, headers }).end(body)
    const [answer] = await once(asked, 'response')
    return { status: answer.statusCode, headers: answer.headers, text: await text(answer) }
  }

const startBehind = async (name: keyof typeof PROXIES) => {
  const folder = mkdtempSync(join(tmpdir(), 'wasabi-proxy-'))
  chmodSync(folder, 0o755)
  const env = { DATA_FILE: freshFile(), READ_TOKEN: 'a-token-of-the-tests', TRUST_PROXY: '1', RATE_LIMIT: '3' }
  const { origin } = await program.start(env)
  const port = await freePort()
  const proxy = PROXIES[name]({ folder, port, endpoint: new URL(origin).host })
  let log = ''
  proxy.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  onTestFinished(async () => {
    if (proxy.exitCode === null) {
      proxy.kill()
      await once(proxy, 'exit')
    }
    rmSync(folder, { recursive: true })
  })
  const ask = clientOf(port)
  const isUp = () =>
    ask('/wasabi.js').then(
      ({ status }) => status,
      () => log,
    )
  await expect.poll(isUp).toBe(200)
  return ask
}

test.each(['nginx.conf', 'Caddyfile'])('%s lets the script through under each of its names, and no reading', (file) => {
  const [, source = ''] = /(\^\/wasabi\S+\$)/.exec(deployed(file)) ?? []
  const pattern = new RegExp(source)
  for (const path of ['/wasabi.js', '/wasabi-0.1.0.js', '/wasabi-1.0.0-beta.1.js']) expect(path).toMatch(pattern)
  for (const path of ['/metrics', '/customer-actions/stream', '/customers/42', '/wasabi/../metrics'])
    expect(path).not.toMatch(pattern)
  expect(deployed(file)).toContain('POST OPTIONS')
})

/** Without any of them, the test above checks the files. */
const installed = (['nginx', 'caddy'] as const).filter(isInstalled)
console.log(`proxies on this machine: ${installed.join(', ') || 'none; apt-get install nginx caddy brings them'}`)

for (const name of installed)
  test(`${name} with its file lets pages send events and load the script, and nothing else`, async () => {
    const ask = await startBehind(name)
    const send = (body: string, forwardedFor = '') => ask('/customer-actions', { method: 'POST', body, forwardedFor })
    const stored = await send(action())
    expect([stored.status, stored.headers['access-control-allow-origin']]).toEqual([201, '*'])
    const large = await send('x'.repeat(20_000))
    expect([large.status, large.headers['access-control-allow-origin']]).toEqual([413, '*'])
    expect((await ask('/customer-actions', { method: 'OPTIONS' })).status).toBe(204)

    for (const path of ['/', '/metrics', '/health/ready', '/customer-actions/stream', '/overview/refused', '/erased'])
      expect((await ask(path)).status, path).toBe(404)
    for (const [path, method] of [
      ['/customer-actions', 'GET'],
      ['/customers/c-1', 'DELETE'],
    ] as const)
      expect([403, 404], path).toContain((await ask(path, { method })).status)

    // The limit is 3. A header of its own does not make a client another client.
    await send(action({ interactionId: 'i-2' }), '203.0.113.1')
    expect((await send(action({ interactionId: 'i-3' }), '203.0.113.2')).status).toBe(429)
  })
