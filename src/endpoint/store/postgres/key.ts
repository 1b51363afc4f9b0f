import type { CustomerAction } from '../../../contract/customer-action'
import { revisionOf } from '../../action/revision'
import { digestOf } from '../person'

/**
 * In bytes. Ids have no bound, while an index entry of PostgreSQL has:
 * https://www.postgresql.org/docs/15/btree-limits.html
 */
const longestId = 64

/** Which form of keys: an event has one key in each. */
export type KeyForm = (interactionId: string) => string

/**
 * Begins the keys of an interaction, in hexadecimal digits: the id itself where it is short, else a byte that no UTF-8
 * has, and the id's digest. Ids in the order of time, as the tracker makes them, then meet at the end of the index,
 * while each digest lies on a page of its own: beside 300,000 others, 9,600 events after a checkpoint wrote 2.1 KB each
 * to the server's log, and 3.4 KB with digests. No id contains NUL. The number of bytes is odd, which the keys of
 * before never were.
 */
export const interactionKey: KeyForm = (interactionId) => {
  const id = Buffer.from(interactionId)
  const begin = id.length > longestId ? `ff${digestOf('interaction', interactionId)}` : id.toString('hex')
  return (begin.length / 2) % 2 === 0 ? `${begin}00` : `${begin}0000`
}

/** Began the keys up to version 4 of the tables. Their rows stay as they are. */
export const formerInteractionKey: KeyForm = (interactionId) => digestOf('interaction', interactionId)

/** Stands for one event, in hexadecimal digits: how the keys of its interaction begin, and its revision. */
export const eventKey = (action: CustomerAction, form: KeyForm): string => {
  const revision = revisionOf(action)
  const interaction = form(action.body.interactionId)
  return revision === '' ? interaction : interaction + digestOf('revision', revision)
}

/** A condition: the event belongs to the interaction whose keys begin with this, in one of the forms. */
export const belongsTo = (begin: string): string =>
  `key >= ${begin} AND key <= ${begin} || decode(repeat('ff', 16), 'hex')
    AND octet_length(key) % 2 = octet_length(${begin}) % 2`

/**
 * An endpoint that was started before the tables were brought up to date would store an event under its former key,
 * beside the one that is there. It answers 503 instead, until it is started anew.
 */
export const refuseFormerKeys = `
  CREATE FUNCTION wasabi_refuse_former_key() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE feature_not_supported USING MESSAGE =
      'the tables are those of a newer wasabi: start this endpoint anew, in its version';
  END
  $$;
  CREATE TRIGGER wasabi_former_key BEFORE INSERT ON wasabi_event FOR EACH ROW
    WHEN (octet_length(NEW.key) % 2 = 0) EXECUTE FUNCTION wasabi_refuse_former_key();
`
