import { customerDigest } from '../person'
import type { Page } from '../store'
import type { Query } from './database'

/** Stores digests of ids that were erased. */
export const addErased = async (query: Query, digests: readonly string[]): Promise<void> => {
  const text = `INSERT INTO wasabi_erased SELECT decode(d, 'hex') FROM unnest($1::text[]) AS d ON CONFLICT DO NOTHING`
  await query({ text, values: [digests] })
}

/** Digests of ids that were erased, in hexadecimal digits and in their order. */
export const listErased = async (query: Query, { after, limit }: Page): Promise<readonly string[]> => {
  const text = `SELECT encode(digest, 'hex') AS digest FROM wasabi_erased e
    WHERE e.digest > decode($1, 'hex') ORDER BY e.digest LIMIT $2`
  return (await query<{ readonly digest: string }>({ text, values: [after, limit] })).map(({ digest }) => digest)
}

/** Says whether an id was erased. */
export const isErased = async (query: Query, customerId: string): Promise<boolean> => {
  const text = `SELECT 1 FROM wasabi_erased WHERE digest = decode($1, 'hex')`
  return (await query({ text, values: [customerDigest(customerId)] })).length > 0
}

/** Readmits an id. Resolves to whether it was erased. */
export const readmit = async (query: Query, customerId: string): Promise<boolean> => {
  const text = `DELETE FROM wasabi_erased WHERE digest = decode($1, 'hex') RETURNING 1`
  return (await query({ text, values: [customerDigest(customerId)] })).length > 0
}
