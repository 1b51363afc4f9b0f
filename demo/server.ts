import type { AddressInfo } from 'node:net'
import { endWithShell } from '../src/endpoint/shell'
import { SHOP } from './hosts'
import { createDemo } from './serve'

/** The landing page of the spring campaign's link: the example of the schema. */
const LANDING =
  '/?utm_source=123456789&utm_medium=youtube&utm_campaign=spring_sale&utm_content=banner_ad&utm_term=cats+kitten+food'

/** Prints a sentence that says what to do, instead of a stack, and exits. */
const giveUp = (sentence: string): never => {
  console.error(sentence)
  process.exit(1)
}

const readPort = (text = '4173') => {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  return giveUp(`PORT is ${text}: set it to a number from 0 to 65535, as in PORT=4173 npm start.`)
}

const port = readPort(process.env.PORT)
// The demo's own file, so that its events do not mix with those of an endpoint on this machine.
const file = process.env.DATA_FILE || 'data/demo.sqlite'
const { server, close } = await createDemo(file).catch((error: unknown) => giveUp((error as Error).message))

server.on('error', (error: NodeJS.ErrnoException) => {
  giveUp(
    error.code === 'EADDRINUSE'
      ? `Port ${port} is in use: stop what uses it, or choose another one, ` +
          `as in PORT=${port === 4180 ? 4190 : 4180} npm start.`
      : `The demo cannot listen on port ${port} (${error.message}): choose another one, as in PORT=4180 npm start.`,
  )
})

server.listen(port, '127.0.0.1', () => {
  const { port: actual } = server.address() as AddressInfo
  console.log(`The demo is open: http://${SHOP}:${actual}${LANDING}`)
  console.log(
    `Should your browser not find ${SHOP} (Safari), write localhost in its place: shop and app then share one host.`,
  )
  console.log(`Events are kept in ${file}.`)
})

const stop = () => {
  void close().then(() => process.exit(0))
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
endWithShell()
