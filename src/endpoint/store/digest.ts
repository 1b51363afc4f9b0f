import { createHash } from 'node:crypto'
import type { CustomerAction } from '../../contract/customer-action'
import { revisionOf } from '../action/revision'

// 128 bits: two ids that meet by chance are not to be expected, and ids that were made to meet are a conflict, kept aside.
const digestOf = (kind: string, text: string): string =>
  createHash('sha256').update(`${kind} ${text}`).digest('hex').slice(0, 32)

/** Stands for a customer or visitor id, in hexadecimal digits. */
export const customerDigest = (customerId: string): string => digestOf('customer', customerId)

/** Stands for an interaction id, in hexadecimal digits. */
export const interactionDigest = (interactionId: string): string => digestOf('interaction', interactionId)

/**
 * Stands for one event of an interaction, in hexadecimal digits: the digest of the interaction, then that of the
 * revision. Ids have no bound, while an index entry of PostgreSQL has: https://www.postgresql.org/docs/15/btree-limits.html
 */
export const eventKey = (action: CustomerAction): string => {
  const revision = revisionOf(action)
  const interaction = interactionDigest(action.body.interactionId)
  return revision === '' ? interaction : interaction + digestOf('revision', revision)
}
