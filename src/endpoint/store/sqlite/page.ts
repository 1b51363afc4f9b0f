import { readSync } from 'node:fs'

const magic = 'SQLite format 3\0'

/** Bytes of an integer of a record, by its type: https://sqlite.org/fileformat2.html#record_format */
const sizes = [undefined, 1, 2, 3, 4, 6, 8] as const

const readAt = (descriptor: number, position: number, length: number): Buffer | undefined => {
  const bytes = Buffer.alloc(length)
  return readSync(descriptor, bytes, 0, length, position) === length ? bytes : undefined
}

/** The one number of the one row of a table, from its page: https://sqlite.org/fileformat2.html#b_tree_pages */
const numberIn = (page: Buffer): number | undefined => {
  const [leafOfTable, rows] = [page[0] === 0x0d, page.readUInt16BE(3)]
  const cell = page.readUInt16BE(8)
  // Each of these is below 128, and so one byte: the length, the row's number, the length of the header, the type.
  const type = page[cell + 3] ?? 0
  if (!leafOfTable || rows !== 1 || page[cell + 2] !== 2) return undefined
  // The numbers 0 and 1 have types of their own.
  if (type === 8 || type === 9) return type - 8
  const size = sizes[type]
  if (size === undefined || cell + 4 + size > page.length) return undefined
  return size === 8 ? Number(page.readBigInt64BE(cell + 4)) : page.readIntBE(cell + 4, size)
}

/**
 * Reads the newest cursor in a data file, without its log, from the page of that number. `undefined` if the file is no
 * database any more.
 */
export const readNewest = (descriptor: number, page: number): number | undefined => {
  const head = readAt(descriptor, 0, 18)
  if (head?.toString('latin1', 0, 16) !== magic) return undefined
  const written = head.readUInt16BE(16)
  const size = written === 1 ? 65_536 : written
  const bytes = readAt(descriptor, (page - 1) * size, size)
  return bytes && numberIn(bytes)
}
