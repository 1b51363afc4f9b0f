import type { Expired, Valid } from '../../../src/endpoint/store/store'

/** The time that the rows fill: twelve months of equal length that end now. */
export type Year = { readonly rows: number; readonly start: number; readonly month: number }

/** A way to lay out events in PostgreSQL, with the operations that are measured. */
export type Layout = {
  readonly name: string
  /** Replaces everything by a year of rows. */
  readonly fill: (year: Year) => Promise<void>
  readonly append: (arrivals: readonly Valid[]) => Promise<unknown>
  readonly erase: (customerId: string) => Promise<number>
  /** Deletes some of the events that were received before an instant. */
  readonly expire: (before: number) => Promise<Pick<Expired, 'events' | 'more'>>
  readonly close: () => Promise<void>
}

/** The customer id of a row, as `rowsOf` writes it in SQL. */
export const customerOf = (row: number): string => `visitor-${String(Math.floor(row / 3))}`

/** Some rows of a year: `to` is the last of them. */
export type Part = { readonly year: Year; readonly from: number; readonly to: number }

/** The parts of a year, a million rows each, since a statement may last an hour. */
export const partsOf = (year: Year): readonly Part[] => {
  const atOnce = 1_000_000
  return Array.from({ length: Math.ceil(year.rows / atOnce) }, (_, index) => {
    const from = index * atOnce
    return { year, from, to: Math.min(from + atOnce, year.rows) - 1 }
  })
}

const numbersOf = ({ year: { rows, start, month }, from, to }: Part): string => `
  (SELECT n, ${String(start)} + (n * ${String(month * 12)}::bigint / ${String(rows)}) AS received_at
  FROM generate_series(${String(from)}::bigint, ${String(to)}::bigint) AS n) AS numbers`

/** The rows, made in the server: texts of usual length, ids in no order, three events of each customer. */
export const rowsOf = (part: Part): string => `
  SELECT received_at, convert_to(interaction, 'UTF8') || '\\x00'::bytea AS key,
    substring(sha256(convert_to('customer ' || customer, 'UTF8')) FOR 16) AS customer,
    '{"eventType":"CUSTOMER_ACTION","eventAction":"CREATED","version":1,"body":{"interactionId":"' || interaction
      || '","customerId":"' || customer || '","interaction":{"type":"SIGN_UP"},"utmParameters":{"utmSource":"123456789",'
      '"utmMedium":"youtube","utmCampaign":"campaign_' || campaign || '","utmContent":"banner_ad",'
      '"utmTerms":"cats+kitten+food"},"createdAt":"' || at || '","updatedAt":"' || at || '"}}' AS text
  FROM (
    SELECT received_at, md5('interaction' || n)::uuid::text AS interaction, 'visitor-' || n / 3 AS customer,
      n % 20 AS campaign,
      to_char(to_timestamp(received_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM ${numbersOf(part)} OFFSET 0
  ) AS ids`

/** A row of counts for each event, as if each arrived alone, as with the traffic of one site. */
export const countsOf = (part: Part): string => `
  SELECT received_at / 86400000, 'SIGN_UP', '123456789', 'youtube', 'campaign_' || n % 20, 'banner_ad', 1
  FROM ${numbersOf(part)}`
