import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check } from './check/check'
import { readConfig, readPlace } from './commands/config'
import { forward } from './commands/forward'
import { exportAll } from './commands/export'
import { importAll } from './commands/import'
import { openStore } from './store/open'
import { logJson } from './log'
import { replayRefused } from './commands/replay'
import type { ScriptOptions } from './http/script'
import { serve } from './commands/serve'
import type { Store } from './store/store'

const usage = `npm run endpoint                          takes events
npm run endpoint --silent -- export       writes all that is kept, as NDJSON
npm run endpoint -- import < events.ndjson   takes it over, into the store of DATA_FILE or DATABASE_URL
npm run endpoint -- replay                takes what was refused and is valid by now
npm run endpoint -- forward --to URL      hands each event on, and goes on where it stopped
npm run endpoint --silent -- forward --stdout   writes the events alone, as NDJSON
npm run check -- URL                      tries an endpoint from outside`

/** The built script lies beside the folder of this file. */
const script = (): ScriptOptions => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return { file: fileURLToPath(new URL('../wasabi.js', import.meta.url)), version: manifest.version }
}

const withStore = async (work: (store: Store) => Promise<boolean>): Promise<boolean> => {
  const store = await openStore(readPlace(process.env))
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const commands: Readonly<Record<string, () => Promise<boolean>>> = {
  export: () =>
    withStore(async (store) => {
      console.error(`${String(await exportAll(store, process.stdout))} events exported`)
      return true
    }),
  import: () =>
    withStore(async (store) => {
      const { stored, known, aside, unreadable } = await importAll(store, process.stdin)
      console.log(
        `${String(stored)} events imported, ${String(known)} known already, ${String(aside)} bodies kept aside`,
      )
      for (const line of unreadable) console.error(`Line ${String(line)} is no row of an export: it was left out.`)
      return unreadable.length === 0
    }),
  replay: () =>
    withStore(async (store) => {
      const { taken, stillRefused } = await replayRefused(store)
      console.log(`${String(taken)} events taken, ${String(stillRefused)} still refused`)
      return true
    }),
  forward: () => withStore((store) => forward(store, process.argv.slice(3))),
  check: () => check(process.argv[3]),
}

const run = async (): Promise<void> => {
  const [, , name] = process.argv
  if (name === undefined) {
    await serve(readConfig(process.env), script())
    return
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) console.log(usage)
  process.exitCode = (await command?.()) === true ? 0 : 1
}

run().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  if (process.argv[2] === undefined) logJson({ event: 'cannot start', message })
  else console.error(message)
  process.exit(1)
})
