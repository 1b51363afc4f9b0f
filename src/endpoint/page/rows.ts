import { ACTION_TYPES } from '../../contract/customer-action'

/** The endpoint's answer about conversions. */
export type Conversions = {
  readonly by: string
  readonly from: string
  readonly to: string
  readonly values: readonly { readonly value: string; readonly type: string; readonly count: number }[]
  readonly days: readonly { readonly day: string; readonly type: string; readonly count: number }[]
}

/** One line of the table. */
export type Row = {
  readonly name: string
  /** Whether the name is the page's own, as for events without a campaign: a campaign may have the same name. */
  readonly isOwn: boolean
  /** The count of each type, in the order of `ACTION_TYPES`. */
  readonly counts: readonly number[]
  readonly total: number
}

/** The types that carry a campaign by default. The others carry one only if the site chose so. */
const carriers: readonly string[] = ['SIGN_UP', 'PROMOTION_APPLIED']

/** The names of the types, for people. */
export const typeNames = ['Sign-ups', 'Restarts', 'Cancellations', 'Promotions'] as const

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0)

const nameOf = (by: string, value: string, type: string): string => {
  if (value !== '') return value
  return carriers.includes(type) ? `(no ${by})` : `(types without a ${by})`
}

/** The totals of the whole range, by type. */
export const totals = ({ days }: Conversions): Row => {
  const counts = ACTION_TYPES.map((type) => sum(days.filter((one) => one.type === type).map(({ count }) => count)))
  return { name: 'All', isOwn: true, counts, total: sum(counts) }
}

/** The rows, the largest first. One more row counts the events that the answer left out. */
export const rowsOf = (conversions: Conversions): readonly Row[] => {
  const lines = new Map<string, { readonly name: string; readonly isOwn: boolean; readonly counts: number[] }>()
  for (const { value, type, count } of conversions.values) {
    const isOwn = value === ''
    const name = nameOf(conversions.by, value, type)
    const key = `${String(isOwn)} ${name}`
    const line = lines.get(key) ?? { name, isOwn, counts: ACTION_TYPES.map(() => 0) }
    const index = ACTION_TYPES.findIndex((one) => one === type)
    line.counts[index] = (line.counts[index] ?? 0) + count
    lines.set(key, line)
  }
  const rows = [...lines.values()]
    .map((line) => ({ ...line, total: sum(line.counts) }))
    .sort((one, other) => other.total - one.total)
  const all = totals(conversions)
  const left = all.counts.map((count, index) => count - sum(rows.map((row) => row.counts[index] ?? 0)))
  return left.some((count) => count > 0)
    ? [...rows, { name: '(others)', isOwn: true, counts: left, total: sum(left) }]
    : rows
}

/** The part of a whole, in percent. */
export const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`

/**
 * A cell of a CSV file. A spreadsheet would run a cell that begins like a formula:
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const cell = (value: string | number): string => {
  const isFormula = typeof value === 'string' && /^\s*[=+\-@]/.test(value)
  const text = isFormula ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The rows in their order, and their sum, as CSV (RFC 4180). */
export const csvOf = (by: string, rows: readonly Row[], all: Row): string =>
  [
    [by, ...ACTION_TYPES, 'total', 'share'],
    ...[...rows, all].map(({ name, counts, total }) => [name, ...counts, total, share(total, all.total)]),
  ]
    .map((line) => `${line.map(cell).join(',')}\r\n`)
    .join('')
