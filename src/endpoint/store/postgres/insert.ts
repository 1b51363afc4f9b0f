import type { Valid } from '../store'
import type { Query } from './database'

/** An arrival with its key and its customer's digest. `former` is its former key, if some events have such keys. */
export type Keyed = Valid & { readonly key: string; readonly former: string; readonly customer: string }

/**
 * Only `wasabi_append` sets the transaction of an event. An endpoint that was started before the tables were brought up
 * to date does not, and would leave its events uncounted. It answers 503 instead, until it is restarted.
 */
export const appendAtOnce = `
  CREATE FUNCTION wasabi_refuse_former() RETURNS xid8 LANGUAGE plpgsql AS $$
  BEGIN
    RAISE feature_not_supported USING MESSAGE =
      'the tables are those of a newer wasabi: start this endpoint anew, in its version';
  END
  $$;
  ALTER TABLE wasabi_event ALTER xid SET DEFAULT wasabi_refuse_former();
  DROP TRIGGER wasabi_former_key ON wasabi_event;
  DROP FUNCTION wasabi_refuse_former_key();
  DROP TRIGGER wasabi_counted ON wasabi_event;
  ALTER TABLE wasabi_store ADD former_keys boolean NOT NULL DEFAULT false;
  UPDATE wasabi_store SET former_keys = EXISTS (SELECT FROM wasabi_event WHERE octet_length(key) % 2 = 0);
`

/**
 * Stores all new events of a group, counts them, and returns the keys of the others. A function keeps its plan as long
 * as its connection lasts. A statement without a name is planned each time, and a named one is missing on the next
 * connection behind a pooler. The size is a query of its own: the planner cannot look into it, so one plan suits a
 * thousand events as well as one. A plan that was made while the tables were empty reads them as a whole. So events are
 * looked up only if needed, and repeated ones with a plan made for them.
 *
 * Arrays are read by subscripts, and equal conversions are counted before they are split into fields: with groups of
 * 33, an event takes 11 % less of the server's processor than when all arrays were joined, and each conversion was
 * counted by its fields.
 *
 * Rows are inserted in the order of their keys, or two processes with the same events would wait for each other. Their
 * numbers are assigned before, in the order of arrival. The commit is never less durable than `on`, see `durably`.
 */
export const appendBySubscript = `
  CREATE OR REPLACE FUNCTION wasabi_append(
    times text, keys text, formers text, customers text, conversions text, texts text
  ) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    time_of text[] := string_to_array(times, ',');
    key_of text[] := string_to_array(keys, ',');
    former_of text[] := string_to_array(formers, ',');
    customer_of text[] := string_to_array(customers, ',');
    conversion_of text[] := string_to_array(conversions, E'\\x1e');
    text_of text[] := string_to_array(texts, E'\\x1e');
    size integer := cardinality(key_of);
    stored integer;
    others text;
  BEGIN
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
      PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    INSERT INTO wasabi_event (xid, number, received_at, key, customer, text)
    SELECT pg_current_xact_id(), number, time_of[i]::bigint, key, customer, text_of[i] FROM (
      SELECT i, nextval('wasabi_sequence') AS number, decode(key_of[i], 'hex') AS key,
        decode(nullif(former_of[i], ''), 'hex') AS former, decode(customer_of[i], 'hex') AS customer
      FROM generate_series(1, (SELECT size)) AS i OFFSET 0) AS arrived
    WHERE (SELECT true FROM wasabi_erased WHERE digest = customer) IS NULL
      AND (former IS NULL OR (SELECT true FROM wasabi_event AS e WHERE e.key = former) IS NULL)
    ORDER BY key
    ON CONFLICT (key) DO NOTHING;
    GET DIAGNOSTICS stored = ROW_COUNT;
    IF stored < size THEN
      EXECUTE 'SELECT string_agg(k, '','') FROM unnest($1) AS k
        WHERE (SELECT xid FROM wasabi_event WHERE key = decode(k, ''hex'')) IS DISTINCT FROM pg_current_xact_id()'
        INTO others USING key_of;
    END IF;
    INSERT INTO wasabi_conversion
    SELECT day, f[1], f[2], f[3], f[4], f[5], count FROM (
      SELECT day, count, CASE conversion WHEN '' THEN wasabi_conversion_of(unclear)
        ELSE string_to_array(conversion, E'\\x1f') END AS f
      FROM (
        SELECT time_of[i]::bigint / 86400000 AS day, coalesce(conversion_of[i], '') AS conversion,
          CASE coalesce(conversion_of[i], '') WHEN '' THEN text_of[i] END AS unclear, count(*) AS count
        FROM generate_series(1, (SELECT size)) AS i
        WHERE others IS NULL OR key_of[i] NOT IN (SELECT unnest(string_to_array(others, ',')))
        GROUP BY 1, 2, 3) AS same OFFSET 0) AS counted
    WHERE f[5] IS NOT NULL;
    RETURN others;
  END
  $$;
`

/** The database cuts longer values, see `summaryTables`. */
const longestCounted = 200

/**
 * Says whether the database may read a text differently, or not at all: for escapes that it cannot store, or numbers
 * too large.
 */
const isUnclear = (text: string): boolean =>
  text.length > 4096 || text.includes('\\u') || /[:,[\s]-?[\d.]+[eE]/.test(text)

/**
 * The fields that an event is counted by, separated by U+001F. They are read here, since a second reading of the JSON
 * costs the database a fourth of its time. A correction has only one field, and is not counted. The result is empty if
 * the database must read the fields, as it does when it subtracts the event.
 */
const conversionOf = ({ action: { eventAction, body }, text }: Valid): string => {
  if (eventAction !== 'CREATED') return '-'
  if (isUnclear(text)) return ''
  const { utmSource = '', utmMedium = '', utmCampaign = '', utmContent = '' } = body.utmParameters ?? {}
  const utm = [utmSource, utmMedium, utmCampaign, utmContent]
  return utm.some(({ length }) => length > longestCounted) ? '' : `${body.interaction.type}\u001f${utm.join('\u001f')}`
}

const column = (arrivals: readonly Keyed[], cell: (arrival: Keyed) => string, separator = ','): string =>
  arrivals.map(cell).join(separator)

/**
 * Stores new events with one statement, which is one transaction. Resolves to the keys of the others. There is one
 * parameter for each column, whatever the number of rows. Texts are separated by U+001E, which JSON cannot contain
 * unescaped (RFC 8259, section 7).
 */
export const insertAll = async (query: Query, rows: readonly Keyed[]): Promise<ReadonlySet<string>> => {
  const values = [
    column(rows, ({ receivedAt }) => String(receivedAt)),
    column(rows, ({ key }) => key),
    column(rows, ({ former }) => former),
    column(rows, ({ customer }) => customer),
    column(rows, conversionOf, '\u001e'),
    column(rows, ({ text }) => text, '\u001e'),
  ]
  const text = 'SELECT wasabi_append($1, $2, $3, $4, $5, $6) AS others'
  const [row] = await query<{ readonly others: string | null }>({ text, values })
  return new Set(row?.others?.split(','))
}
