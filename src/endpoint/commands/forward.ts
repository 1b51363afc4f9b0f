import { parseArgs } from 'node:util'
import { forwardAll, forwardAside, followForward } from '../forward/forward'
import type { ForwardJob } from '../forward/deliver'
import { writeFile, writeLines, type Written } from '../forward/lines'
import { nameOf, readHeaders, readUrl } from '../forward/receiver'
import { checkReceiver } from '../forward/send'
import { readConcurrency } from '../forward/start'
import { logJson } from '../log'
import { endSignals } from '../shell'
import { isCursor, type Store } from '../store/store'
import { makePrivate } from './export'

/** The usage of this command. */
export const forwardHelp = `Forward events with one of:
  forward --to URL [--headers FILE] [--concurrency N] [--once | --again]
  forward --file FILE [--after CURSOR]
  forward --stdout [--after CURSOR]
Forget a receiver, such as one with a mistyped URL:
  forward --forget URL`

const optionsIn = (words: readonly string[]) => {
  const options = {
    to: { type: 'string' },
    headers: { type: 'string' },
    concurrency: { type: 'string' },
    once: { type: 'boolean' },
    again: { type: 'boolean' },
    file: { type: 'string' },
    stdout: { type: 'boolean' },
    after: { type: 'string' },
    forget: { type: 'string' },
  } as const
  try {
    return parseArgs({ args: [...words], options }).values
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\n${forwardHelp}`, { cause })
  }
}

type Options = ReturnType<typeof optionsIn>

/** Finds an option that has no use here: if an `--after` were ignored, every event would be sent. */
const misplacedIn = ({ to, forget, ...options }: Options): string | undefined => {
  const names = [
    ...(to === undefined ? (['headers', 'concurrency', 'once', 'again'] as const) : []),
    ...(to === undefined && forget === undefined ? [] : (['after'] as const)),
  ]
  return names.find((name) => options[name] !== undefined) ?? (options.once && options.again ? 'once' : undefined)
}

const endSignal = (): AbortSignal => {
  const ending = new AbortController()
  for (const name of endSignals)
    process.on(name, () => {
      // A second signal changes nothing: the work under way is ending already.
      ending.abort()
    })
  return ending.signal
}

const forwardTo = async (store: Store, options: Options): Promise<boolean> => {
  const receiver = { url: readUrl(options.to), headers: readHeaders(options.headers) }
  const concurrency = readConcurrency(options.concurrency)
  await checkReceiver(receiver)
  const job: ForwardJob = { store, receiver, concurrency, log: logJson, signal: endSignal() }
  if (options.once !== true && options.again !== true) {
    console.error(`Forwards events to ${nameOf(receiver)}; waits for new ones. --once ends when all are forwarded.`)
    await followForward(job)
    return true
  }
  const { sent, setAside, left } = await (options.again === true ? forwardAside(job) : forwardAll(job))
  const unsent = left === 0 ? '' : `, ${String(left)} not sent: try again later`
  console.log(`${String(sent)} events taken, ${String(setAside)} refused and set aside${unsent}`)
  return setAside + left === 0
}

const forget = async (store: Store, text: string): Promise<boolean> => {
  const name = nameOf({ url: readUrl(text) })
  if (await store.forward.forget(name)) {
    console.log(`${name} is forgotten. If events are forwarded to it again, it receives all of them.`)
    return true
  }
  const known = (await store.forward.lags(Date.now())).map(({ target }) => target)
  throw new Error(`${name} is no receiver here. The receivers are: ${known.join(', ') || 'none'}.`)
}

const reportWritten = ({ events, cursor }: Written): boolean => {
  console.error(`${String(events)} events written. For later ones: --after ${cursor}`)
  return true
}

/**
 * Forwards events as the words of a command line say. If they are wrong, it rejects with a sentence before it sends.
 */
export const forward = async (store: Store, words: readonly string[]): Promise<boolean> => {
  const options = optionsIn(words)
  const { to, file, stdout, after } = options
  if ([to, file, stdout, options.forget].filter((one) => one !== undefined).length !== 1) throw new Error(forwardHelp)
  const misplaced = misplacedIn(options)
  if (misplaced !== undefined) throw new Error(`There is no use for --${misplaced} here.\n${forwardHelp}`)
  if (after !== undefined && !isCursor(after))
    throw new Error(`${after} is no cursor: use the one that the last run named.`)
  const problem = after === undefined ? undefined : await store.problemWith(after)
  if (problem !== undefined) throw new Error(problem)
  if (to !== undefined) return forwardTo(store, options)
  if (options.forget !== undefined) return forget(store, options.forget)
  if (file !== undefined) return reportWritten(await writeFile({ store, after }, file))
  makePrivate(process.stdout)
  return reportWritten(await writeLines({ store, after }, process.stdout))
}
