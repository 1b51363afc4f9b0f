import { openStore } from '../../../src/endpoint/store/open'
import { createPostgres, durably, unhurried, type Postgres } from '../../../src/endpoint/store/postgres/database'
import { eventKey, interactionKey } from '../../../src/endpoint/store/postgres/key'
import { customerDigest } from '../../../src/endpoint/store/person'
import type { Valid } from '../../../src/endpoint/store/store'
import { refill } from './refill'
import type { Layout, Year } from './layout'

/**
 * A unique key of a partitioned table contains the column of its partitions, so it would be unique in each month
 * only. The keys of all months are therefore in a table of their own.
 * https://www.postgresql.org/docs/15/ddl-partitioning.html
 */
const tables = ({ start, month }: Year): string => `
  CREATE TABLE key (key bytea PRIMARY KEY, xid xid8 NOT NULL, number bigint NOT NULL, received_at bigint NOT NULL);
  CREATE INDEX ON key (received_at);
  CREATE TABLE event (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(), number bigint NOT NULL, received_at bigint NOT NULL, key bytea NOT NULL, customer bytea NOT NULL, text text NOT NULL, PRIMARY KEY (xid, number, received_at)
  ) PARTITION BY RANGE (received_at);
  CREATE INDEX ON event (customer);
  CREATE TRIGGER counted AFTER INSERT ON event
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION wasabi_count();
  CREATE TRIGGER uncounted AFTER DELETE ON event
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION wasabi_count();
  ${Array.from({ length: 13 }, (_, index) => {
    const [from, to] = [start + index * month, start + (index + 1) * month]
    return `CREATE TABLE event_${String(index)} PARTITION OF event FOR VALUES FROM (${String(from)}) TO (${String(to)});`
  }).join('\n')}`

/** Like the store's own statement, but it inserts the keys first: an event without a new key is known. */
const insert = `
  WITH arrived AS MATERIALIZED (
    SELECT nextval('wasabi_sequence') AS number, received_at::bigint, decode(key, 'hex') AS key,
      decode(customer, 'hex') AS customer, text
    FROM unnest(string_to_array($1, ','), string_to_array($2, ','), string_to_array($3, ','),
      string_to_array($4, E'\\x1e')) AS a (received_at, key, customer, text), (SELECT ${durably} OFFSET 0) AS durable
  ), new AS (
    INSERT INTO key SELECT key, pg_current_xact_id(), number, received_at FROM arrived
    WHERE NOT EXISTS (SELECT FROM wasabi_erased WHERE digest = customer)
    ORDER BY key ON CONFLICT DO NOTHING RETURNING key
  )
  INSERT INTO event (number, received_at, key, customer, text)
  SELECT number, received_at, key, customer, text FROM arrived WHERE key IN (SELECT key FROM new)`

const valuesOf = (arrivals: readonly Valid[]): readonly string[] => [
  arrivals.map(({ receivedAt }) => String(receivedAt)).join(),
  arrivals.map(({ action }) => eventKey(action, interactionKey)).join(),
  arrivals.map(({ action }) => customerDigest(action.body.customerId)).join(),
  arrivals.map(({ text }) => text).join('\u001e'),
]

/** The keys of the month are nevertheless deleted row by row. */
const expireKeys = `WITH gone AS (DELETE FROM key WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM key WHERE received_at < $1 ORDER BY received_at LIMIT 5000)) RETURNING 1)
  SELECT count(*)::int AS count FROM gone`

/** The steps of the store's own erasure: block the customer, read the claims, delete the events. */
const erase = async ({ query, transaction }: Pick<Postgres, 'query' | 'transaction'>, customerId: string) => {
  const values = [Buffer.from(customerDigest(customerId), 'hex')]
  await transaction(async (on) => {
    await on('LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE')
    await on({ text: 'INSERT INTO wasabi_erased VALUES ($1) ON CONFLICT DO NOTHING', values })
  })
  const own = await query<{ readonly key: Buffer }>({ text: 'SELECT key, text FROM event WHERE customer = $1', values })
  const claims = `SELECT text FROM unnest($1::bytea[]) AS i,
    LATERAL (SELECT xid, number, received_at FROM key
      WHERE key >= i AND key <= i || decode(repeat('ff', 16), 'hex') OFFSET 0) AS k,
    LATERAL (SELECT text FROM event
      WHERE xid = k.xid AND number = k.number AND received_at = k.received_at OFFSET 0) AS e`
  await query({ text: claims, values: [own.map(({ key }) => key)] })
  return transaction(async (on) => {
    const text = `WITH gone AS (DELETE FROM event WHERE customer = $1 RETURNING key)
      DELETE FROM key WHERE key = ANY (ARRAY(SELECT key FROM gone)) RETURNING 1`
    return (await on({ text, values })).length
  })
}

/**
 * A layout with partitions by month, written for this measurement and not part of the endpoint. Its partitions are
 * filled with the rows of the other layout, which is in a schema of the same database.
 */
export const partitions = async (
  database: string,
  { year, rows }: { readonly year: Year; readonly rows: string },
): Promise<Layout> => {
  // The tables around the events are the store's.
  const store = await openStore({ database })
  const { query, transaction, end } = createPostgres(database)
  await query(tables(year))
  let dropped = false

  const dropMonth = (before: number): Promise<void> =>
    transaction(async (on) => {
      await on('DROP TABLE event_0')
      const counts = unhurried('DELETE FROM wasabi_conversion WHERE day < $1')
      await on({ ...counts, values: [Math.floor(before / 86_400_000)] })
      dropped = true
    })

  return {
    name: 'partitions by month, keys beside them',
    fill: () =>
      transaction((on) =>
        refill(on, ['event', 'key', 'wasabi_conversion'], async () => {
          await on(
            unhurried(
              `INSERT INTO event SELECT xid, number, received_at, key, customer, text FROM ${rows}.wasabi_event`,
            ),
          )
          await on(unhurried(`INSERT INTO key SELECT key, xid, number, received_at FROM ${rows}.wasabi_event`))
          await on(unhurried(`INSERT INTO wasabi_conversion SELECT * FROM ${rows}.wasabi_conversion`))
        }),
      ),
    append: (arrivals) => query({ text: insert, values: [...valuesOf(arrivals)] }),
    erase: (customerId) => erase({ query, transaction }, customerId),
    expire: async (before) => {
      if (!dropped) {
        await dropMonth(before)
        return { events: 0, more: true }
      }
      const [row] = await query<{ readonly count: number }>({ text: expireKeys, values: [before] })
      return { events: row?.count ?? 0, more: row?.count === 5000 }
    },
    close: async () => {
      await store.close()
      await end()
    },
  }
}
