import { ACTION_TYPES } from '../../contract/customer-action'

/** What the endpoint answers. */
export type Conversions = {
  readonly by: string
  readonly from: string
  readonly to: string
  readonly values: readonly { readonly value: string; readonly type: string; readonly count: number }[]
  readonly days: readonly { readonly day: string; readonly type: string; readonly count: number }[]
}

/** One line of the table: the count of each type, in the order of `ACTION_TYPES`. */
export type Row = { readonly name: string; readonly counts: readonly number[]; readonly total: number }

/** The types that carry a campaign by themselves. The others have none unless the site chose so. */
const carriers: readonly string[] = ['SIGN_UP', 'PROMOTION_APPLIED']

/** Types as people read them. */
export const typeNames = ['Sign-ups', 'Restarts', 'Cancellations', 'Promotions'] as const

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0)

const nameOf = (by: string, value: string, type: string): string => {
  if (value !== '') return value
  return carriers.includes(type) ? `(no ${by})` : `(types without a ${by})`
}

const rowOf = (name: string, counts: readonly number[]): Row => ({ name, counts, total: sum(counts) })

/** All of the range, by type. */
export const totals = ({ days }: Conversions): Row =>
  rowOf(
    'All',
    ACTION_TYPES.map((type) => sum(days.filter((one) => one.type === type).map(({ count }) => count))),
  )

/** The rows, the largest first; what the answer left out is one more. */
export const rowsOf = (conversions: Conversions): readonly Row[] => {
  const counts = new Map<string, number[]>()
  for (const { value, type, count } of conversions.values) {
    const name = nameOf(conversions.by, value, type)
    const row = counts.get(name) ?? ACTION_TYPES.map(() => 0)
    const index = ACTION_TYPES.findIndex((one) => one === type)
    row[index] = (row[index] ?? 0) + count
    counts.set(name, row)
  }
  const rows = [...counts].map(([name, row]) => rowOf(name, row)).sort((one, other) => other.total - one.total)
  const all = totals(conversions)
  const left = all.counts.map((count, index) => count - sum(rows.map((row) => row.counts[index] ?? 0)))
  return left.some((count) => count > 0) ? [...rows, rowOf('(others)', left)] : rows
}

/** The part of a whole, in percent. */
export const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`

/**
 * A cell of a CSV file. A spreadsheet would run what begins as a formula:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const cell = (value: string | number): string => {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** What the table shows, as CSV (RFC 4180). */
export const csvOf = (by: string, rows: readonly Row[]): string =>
  [[by, ...ACTION_TYPES, 'total'], ...rows.map(({ name, counts, total }) => [name, ...counts, total])]
    .map((line) => `${line.map(cell).join(',')}\r\n`)
    .join('')
