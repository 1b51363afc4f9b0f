import type { StorePlace } from '../store/open'
import { restoreSqlite } from '../store/sqlite/restore'

/** Puts a backup in place of the data file, and prints the result. Rejects with a sentence that says what to do. */
export const restore = async ({ file, database }: StorePlace, backup = ''): Promise<boolean> => {
  if (database !== undefined || file === undefined)
    throw new Error(
      'DATABASE_URL is set, and restore is for a SQLite file: bring a PostgreSQL database back with its own tools, ' +
        'pg_restore or a base backup, and start the endpoint then.',
    )
  if (backup === '') throw new Error('Say which file to restore, as in wasabi-endpoint restore copy.sqlite.')
  const { events, replaced, trouble } = await restoreSqlite(backup, file)
  console.log(`${file} has the ${String(events)} events of ${backup} now.`)
  if (replaced !== undefined) console.log(`What was there before is ${replaced}.`)
  if (replaced !== undefined && trouble !== undefined)
    console.error(
      `The list of erased ids in ${replaced} cannot be read to its end (${trouble}): ` +
        'erase again the ids that were erased since the backup.',
    )
  return true
}
