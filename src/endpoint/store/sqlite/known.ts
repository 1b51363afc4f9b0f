import { hasTables, openToRead } from './database'
import { checkIsFile } from './file'
import { cannotUse } from './store'

/** Says whether a file is a store. Changes nothing in it. Rejects with a sentence if it cannot be read. */
export const isSqliteStore = async (file: string): Promise<boolean> => {
  try {
    checkIsFile(file)
    const database = await openToRead(file)
    try {
      return hasTables(database)
    } finally {
      database.close()
    }
  } catch (cause) {
    throw cannotUse(file, cause)
  }
}
