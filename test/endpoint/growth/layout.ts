import type { Expired, Valid } from '../../../src/endpoint/store/store'

/** The time that the rows fill: twelve months of equal length that end now. */
export type Year = { readonly rows: number; readonly start: number; readonly month: number }

/** A way to lay out events in PostgreSQL, with what is measured of it. */
export type Layout = {
  readonly name: string
  /** Fills empty tables, rows `from` to `to`, both included. */
  readonly fill: (year: Year, from: number, to: number) => Promise<void>
  readonly append: (arrivals: readonly Valid[]) => Promise<unknown>
  readonly erase: (customerId: string) => Promise<number>
  /** Deletes some of what was received before an instant. */
  readonly expire: (before: number) => Promise<Expired>
  readonly close: () => Promise<void>
}

/** The ids of a row, which `action` in SQL writes too. */
export const customerOf = (row: number): string => `visitor-${String(Math.floor(row / 3))}`

/** The rows of a year, made in the server: texts of usual length, ids in no order, three events of each customer. */
export const filled = ({ rows, start, month }: Year, from: number, to: number): string => `
  SELECT received_at, substring(sha256(convert_to('interaction ' || interaction, 'UTF8')) FOR 16) AS key,
    substring(sha256(convert_to('customer ' || customer, 'UTF8')) FOR 16) AS customer,
    format('{"eventType":"CUSTOMER_ACTION","eventAction":"CREATED","version":1,"body":{"interactionId":"%s",'
      '"customerId":"%s","interaction":{"type":"SIGN_UP"},"utmParameters":{"utmSource":"123456789",'
      '"utmMedium":"youtube","utmCampaign":"campaign_%s","utmContent":"banner_ad","utmTerms":"cats+kitten+food"},'
      '"createdAt":"%s","updatedAt":"%s"}}', interaction, customer, campaign, at, at) AS text, campaign
  FROM (
    SELECT received_at, md5('interaction' || n)::uuid::text AS interaction, 'visitor-' || n / 3 AS customer,
      n % 20 AS campaign,
      to_char(to_timestamp(received_at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
    FROM (SELECT n, ${String(start)} + (n * ${String(month * 12)}::bigint / ${String(rows)}) AS received_at
      FROM generate_series(${String(from)}::bigint, ${String(to)}::bigint) AS n) AS numbers
  ) AS ids`

/** A row of counts for each event: each came alone, as with the traffic of one site. */
export const counted = (table: string): string => `
  INSERT INTO wasabi_conversion
  SELECT received_at / 86400000, 'SIGN_UP', '123456789', 'youtube', 'campaign_' || campaign, 'banner_ad', 1 FROM ${table}`
