#!/usr/bin/env node
import { fstatSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check } from './check/check'
import { readConfig, readPlace } from './commands/config'
import { sentenceOf } from './commands/failure'
import { forward, forwardHelp } from './commands/forward'
import { exportAll } from './commands/export'
import { printImport } from './commands/import'
import { openKnownStore, openStore, type StorePlace } from './store/open'
import { logJson } from './log'
import { printReplay } from './commands/replay'
import { restore } from './commands/restore'
import type { ScriptOptions } from './http/script'
import { endWithShell } from './shell'
import type { Store } from './store/store'

const usage = `wasabi-endpoint                            accepts events
wasabi-endpoint export > events.ndjson     writes everything that is stored, as NDJSON
wasabi-endpoint import < events.ndjson     reads an export into the store of DATA_FILE or DATABASE_URL
wasabi-endpoint restore copy.sqlite        puts a backup in place of DATA_FILE
wasabi-endpoint replay                     stores refused events that are valid by now
wasabi-endpoint forward --to URL           forwards each event, and resumes where it stopped
wasabi-endpoint forward --stdout           writes only the events, as NDJSON
wasabi-endpoint check URL [SITE]           tests an endpoint from outside, as a page of SITE
wasabi-endpoint --help | --version

In the repository, npm run endpoint --silent -- does the same as wasabi-endpoint.`

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

/** The built script lies beside the folder of this file. */
const script: ScriptOptions = { file: fileURLToPath(new URL('../wasabi.js', import.meta.url)), version }

const withStore = async (
  open: (place: StorePlace) => Promise<Store>,
  work: (store: Store) => Promise<boolean>,
): Promise<boolean> => {
  const store = await open(readPlace(process.env))
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const printExport = async (store: Store): Promise<boolean> => {
  console.error(`${String(await exportAll(store, process.stdout))} events exported`)
  return true
}

const importInput = (): Promise<boolean> => {
  // A folder would be read as an empty file.
  if (process.stdin.isTTY || fstatSync(0).isDirectory())
    throw new Error('Name the file to import, as in wasabi-endpoint import < events.ndjson.')
  return withStore(openStore, (store) => printImport(store, process.stdin, readPlace(process.env)))
}

const print = async (text: string): Promise<boolean> => {
  console.log(text)
  return true
}

const words = process.argv.slice(3)

/**
 * Refuses words that a command does not use. Otherwise, a file that they name would be ignored silently. So would all
 * backups but the first, which is the oldest, if a shell replaces a pattern with the names of many.
 */
const withWords = (count: 0 | 1 | 2, work: () => Promise<boolean>): (() => Promise<boolean>) => {
  return () => {
    const others = words.slice(count)
    if (others[0] === undefined) return work()
    const [, , name = ''] = process.argv
    const instead = { import: ` <`, export: ` >` }[name]
    const advice = instead === undefined ? '' : `: wasabi-endpoint ${name}${instead} ${others[0]}`
    throw new Error(`${name} has no use for "${others.join(' ')}"${advice}.`)
  }
}

const commands: Readonly<Record<string, () => Promise<boolean>>> = {
  export: withWords(0, () => withStore(openKnownStore, printExport)),
  import: withWords(0, importInput),
  replay: withWords(0, () => withStore(openKnownStore, printReplay)),
  restore: withWords(1, () => restore(readPlace(process.env), words[0])),
  forward: () => withStore(openKnownStore, (store) => forward(store, words)),
  check: withWords(2, () => check(words[0], words[1])),
  '--version': () => print(version),
}

/** Prints the problem with the name of a command, and the usage. */
const refuse = (name: string): void => {
  const option = /^--(?<variable>[\w-]+)/.exec(name)?.groups?.variable
  const variable = option?.toUpperCase().replaceAll('-', '_') ?? ''
  console.error(option === undefined ? `There is no command ${name}.` : `There is no option ${name}. Set ${variable}=…`)
  console.error(`\n${usage}`)
  process.exitCode = 1
}

const run = async (): Promise<void> => {
  endWithShell()
  const [, , name] = process.argv
  if (name === undefined) {
    // Only this command loads the modules of a server: they take two fifths of the processor's work at its start.
    const { serve } = await import('./commands/serve')
    const page = fileURLToPath(new URL('../page', import.meta.url))
    await serve(await readConfig(process.env), { script: script, page })
    return
  }
  if (process.argv.includes('--help')) {
    console.log(name === 'forward' ? forwardHelp : usage)
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) refuse(name)
  else process.exitCode = (await command()) ? 0 : 1
}

run().catch((error: unknown) => {
  if (process.argv[2] === undefined) logJson({ event: 'cannot start', message: sentenceOf(error) })
  else console.error(sentenceOf(error))
  process.exit(1)
})
