import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/endpoint/store/open'
import { createPostgres } from '../../src/endpoint/store/postgres/database'
import { freePort } from './support/port'
import { administrate, prepareServer } from './support/postgres'
import { action, startEndpoint } from './support/server'

const certify = (folder: string, name: string) => {
  const [key, certificate] = [`${folder}/${name}.key`, `${folder}/${name}.pem`]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '1']
  const make = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate]
  execFileSync('openssl', [...make, ...subject], { stdio: 'ignore' })
  chmodSync(key, 0o600)
  return { key, certificate }
}

const startWithTls = async () => {
  const server = prepareServer()
  onTestFinished(() => server.remove())
  const [own, others] = ['own', 'others'].map((name) => certify(server.folder, name))
  if (!own || !others) throw new Error('openssl made no certificate')
  const uid = Number(/^nobody:[^:]*:(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1] ?? 65534)
  if (process.getuid?.() === 0) chownSync(own.key, uid, uid)
  const port = await freePort()
  server.configure(`
listen_addresses = '127.0.0.1'
port = ${port}
ssl = on
ssl_cert_file = '${own.certificate}'
ssl_key_file = '${own.key}'
`)
  await server.start()
  const urlWith = (certificate: string) =>
    `postgres://postgres@localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate)}`
  return { url: urlWith(own.certificate), wrong: urlWith(others.certificate) }
}

test('a connection to PostgreSQL is encrypted, and the server is the one that the certificate names', async () => {
  const { url, wrong } = await startWithTls()
  const store = await openStore({ database: url })
  await store.close()
  const postgres = createPostgres(url)
  const [row] = await postgres.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
  await postgres.end()
  expect(row?.ssl).toBe(true)
  await expect(openStore({ database: wrong })).rejects.toThrow(
    /^Cannot use the database of DATABASE_URL \(.*certificate/,
  )
})

const README = readFileSync('src/endpoint/README.md', 'utf8')

test('in a database with other things in it, wasabi has a schema of its own, which others may read', async () => {
  const server = prepareServer()
  onTestFinished(() => server.remove())
  await server.start()
  const [, statements = ''] = /```sql\n([\s\S]*?)```/.exec(README) ?? []
  await administrate(server, statements)
  const as = (user: string) => `${server.host.replace('postgres@', `${user}@`)}/postgres`

  const { post } = await startEndpoint({ database: as('wasabi') })
  expect((await post(action())).status).toBe(201)
  const analyst = createPostgres(as('analyst'))
  onTestFinished(() => analyst.end())
  expect(await analyst.query('SELECT text FROM wasabi.wasabi_event')).toHaveLength(1)
  await expect(analyst.query('DELETE FROM wasabi.wasabi_event')).rejects.toThrow(/permission denied/)
  await expect(analyst.query('CREATE TABLE wasabi.own (a int)')).rejects.toThrow(/permission denied/)
})
