import type { CustomerAction } from '../../../contract/customer-action'
import { revisionOf } from '../../action/revision'
import { digestOf } from '../person'

/**
 * In bytes. An id has no bound, while an index entry of PostgreSQL has one:
 * https://www.postgresql.org/docs/15/btree-limits.html
 */
const longestId = 64

/** A form of keys. An event has one key in each form. */
export type KeyForm = (interactionId: string) => string

/**
 * Returns the beginning of an interaction's keys, in hexadecimal digits: the id itself if it is short, else a byte that
 * UTF-8 never contains, and the id's digest. The tracker makes ids in the order of time, so they meet at the end of the
 * index, while each digest is on a page of its own. Beside 300,000 others, 9,600 events after a checkpoint wrote 2.1 KB
 * each to the server's log, and 3.4 KB with digests. No id contains NUL. The number of bytes is odd, while that of a
 * former key is even.
 */
export const interactionKey: KeyForm = (interactionId) => {
  const id = Buffer.from(interactionId)
  const begin = id.length > longestId ? `ff${digestOf('interaction', interactionId)}` : id.toString('hex')
  return (begin.length / 2) % 2 === 0 ? `${begin}00` : `${begin}0000`
}

/** Returns the beginning of keys up to version 4 of the tables. Their rows stay as they are. */
export const formerInteractionKey: KeyForm = (interactionId) => digestOf('interaction', interactionId)

/** An event's key, in hexadecimal digits: the beginning of its interaction's keys, and its revision's digest. */
export const eventKey = (action: CustomerAction, form: KeyForm): string => {
  const revision = revisionOf(action)
  const interaction = form(action.body.interactionId)
  return revision === '' ? interaction : interaction + digestOf('revision', revision)
}

/** A condition: the event belongs to the interaction whose keys begin with `begin`, in one of the forms. */
export const belongsTo = (begin: string): string =>
  `key >= ${begin} AND key <= ${begin} || decode(repeat('ff', 16), 'hex')
    AND octet_length(key) % 2 = octet_length(${begin}) % 2`

/**
 * An endpoint that was started before the tables were brought up to date would store an event under its former key,
 * beside the event that is there already. It answers 503 instead, until it is restarted.
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
