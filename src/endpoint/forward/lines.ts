import { once } from 'node:events'
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { allEntries } from '../store/pages'
import { firstCursor, type Store } from '../store/store'

/** The number of written events, and the cursor to continue from. */
export type Written = { readonly events: number; readonly cursor: string }

type LinesJob = { readonly store: Pick<Store, 'events' | 'settle'>; readonly after?: string | undefined }

/** Writes the bare events as NDJSON. A line break in JSON is white space, so a blank in its place changes no value. */
export const writeLines = async ({ store, after = firstCursor }: LinesJob, output: Writable): Promise<Written> => {
  let events = 0
  let cursor = after
  async function* lines(): AsyncGenerator<string> {
    for await (const entry of allEntries(store.events, after)) {
      events += 1
      cursor = entry.cursor
      yield `${entry.text.replace(/[\r\n]/g, ' ')}\n`
    }
  }
  await store.settle()
  await pipeline(Readable.from(lines()), output, { end: false })
  return { events, cursor }
}

/** Writes a new file, which has its name only once it is complete. Rejects with a sentence. */
export const writeFile = async (job: LinesJob, file: string): Promise<Written> => {
  // An existing file may be somebody's backup.
  if (existsSync(file)) throw new Error(`${file} is there already: name a new file.`)
  const part = `${file}.part`
  // The file of a killed run may be open to everybody, and a link may lead anywhere, so a new file is created.
  rmSync(part, { force: true })
  const output = createWriteStream(part, { mode: 0o600, flags: 'wx' })
  try {
    const done = finished(output)
    // Awaited below, where an error of the writing is reported.
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
