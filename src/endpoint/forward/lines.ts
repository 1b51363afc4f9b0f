import { once } from 'node:events'
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import { allEntries } from '../store/pages'
import { firstCursor, type Store } from '../store/store'

/** What was written, and the cursor to go on from. */
export type Written = { readonly events: number; readonly cursor: string }

type LinesJob = { readonly store: Pick<Store, 'events' | 'settle'>; readonly after?: string | undefined }

/** Writes the bare events as NDJSON. A line break in JSON is white space, so a blank in its place changes no value. */
export const writeLines = async ({ store, after = firstCursor }: LinesJob, output: Writable): Promise<Written> => {
  let events = 0
  let cursor = after
  await store.settle()
  for await (const entry of allEntries(store.events, after)) {
    if (!output.write(`${entry.text.replace(/[\r\n]/g, ' ')}\n`)) await once(output, 'drain')
    events += 1
    cursor = entry.cursor
  }
  return { events, cursor }
}

/** Writes a new file that has its name once it is whole. Rejects with a sentence. */
export const writeFile = async (job: LinesJob, file: string): Promise<Written> => {
  // It may be somebody's backup.
  if (existsSync(file)) throw new Error(`${file} is there already: name a new file.`)
  const part = `${file}.part`
  // What a killed run has left behind may be open to everybody, and a link may lead anywhere: it is a new file.
  rmSync(part, { force: true })
  const output = createWriteStream(part, { mode: 0o600, flags: 'wx' })
  try {
    const done = finished(output)
    // Awaited below; an error while writing reports itself there.
    done.catch(() => undefined)
    await once(output, 'open')
    const written = await writeLines(job, output)
    output.end()
    await done
    renameSync(part, file)
    return written
  } catch (cause) {
    output.destroy()
    const { code, message } = cause as NodeJS.ErrnoException
    throw new Error(`Cannot write ${file} (${code ?? message}): name a file in a folder that this user can write.`, {
      cause,
    })
  }
}
