import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { openDatabase, openToRead, type Database } from '../../src/endpoint/store/sqlite/database'
import { freshFile } from './support/server'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Opens a database, closes it, and keeps one of its statements only. */
const statementOf = async (open: (file: string) => Promise<Database>, file: string) => {
  const database = await open(file)
  const statement = database.prepare('SELECT 1')
  database.close()
  return { statement, database: new WeakRef(database) }
}

test.each([
  ['write', openDatabase],
  ['read', openToRead],
])(
  'a statement of a database that was opened to %s is refused once that is closed, and reads no freed memory',
  async (_, open) => {
    const file = freshFile()
    const created = await openDatabase(file)
    created.close()
    const { statement, database } = await statementOf(open, file)
    // A `WeakRef` keeps its target until the job that made it has ended.
    await new Promise(setImmediate)
    collect()
    expect(database.deref()).toBeDefined()
    expect(() => statement.get()).toThrow(/closed|finalized/)
  },
)
