import type { CustomerAction } from '../../../contract/customer-action'
import { revisionOf } from '../../action/revision'
import { digestOf } from '../person'

/** Stands for an interaction id, in hexadecimal digits. */
export const interactionDigest = (interactionId: string): string => digestOf('interaction', interactionId)

/**
 * Stands for one event of an interaction, in hexadecimal digits: the digest of the interaction, then that of the
 * revision. Ids have no bound, while an index entry of PostgreSQL has:
 * https://www.postgresql.org/docs/15/btree-limits.html
 */
export const eventKey = (action: CustomerAction): string => {
  const revision = revisionOf(action)
  const interaction = interactionDigest(action.body.interactionId)
  return revision === '' ? interaction : interaction + digestOf('revision', revision)
}
