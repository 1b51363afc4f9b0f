import { element, outside } from './element'
import { share, typeNames, type Row } from './rows'

type Column = {
  readonly name: string
  readonly value: (row: Row) => string | number
  readonly show: (row: Row, all: Row) => string | HTMLElement
}

/** The page's own names look different from strangers' names with the same text. */
const nameIn = ({ name, isOwn }: Row): HTMLElement => (isOwn ? element('em', {}, name) : outside(name))

const columns: readonly Column[] = [
  { name: 'Name', value: ({ name }) => name.toLowerCase(), show: nameIn },
  ...typeNames.map((name, index) => ({
    name,
    value: ({ counts }: Row) => counts[index] ?? 0,
    show: ({ counts }: Row) => (counts[index] ?? 0).toLocaleString(),
  })),
  { name: 'Total', value: ({ total }) => total, show: ({ total }) => total.toLocaleString() },
  { name: 'Share', value: ({ total }) => total, show: ({ total }, all) => share(total, all.total) },
]

const compare = (one: string | number, other: string | number): number => (one < other ? -1 : one > other ? 1 : 0)

const lineOf = (row: Row, all: Row): HTMLElement =>
  element(
    'tr',
    {},
    ...columns.map(({ show }, index) =>
      element(index === 0 ? 'th' : 'td', index === 0 ? { scope: 'row' } : {}, show(row, all)),
    ),
  )

type Order = { readonly index: number; readonly down: boolean }

const sortedBy = ({ index, down }: Order, rows: readonly Row[]): readonly Row[] => {
  const value = columns[index]?.value ?? (() => 0)
  return [...rows].sort((one, other) => compare(value(one), value(other)) * (down ? -1 : 1))
}

/** Creates a table that sorts by each of its columns. `show` shows rows in it; `inOrder` sorts rows as it does. */
export const createTable = (place: HTMLElement) => {
  let shown: { readonly rows: readonly Row[]; readonly all: Row } | undefined
  let sorted: Order = { index: columns.length - 2, down: true }

  const headOf = ({ name }: Column, index: number): HTMLElement => {
    const isSorted = index === sorted.index
    const button = element('button', { type: 'button' }, name, isSorted ? (sorted.down ? ' ▾' : ' ▴') : '')
    button.addEventListener('click', () => {
      sorted = { index, down: index === sorted.index ? !sorted.down : index > 0 }
      draw()
    })
    const order = sorted.down ? 'descending' : 'ascending'
    return element('th', { scope: 'col', ...(isSorted && { 'aria-sort': order }) }, button)
  }

  const inOrder = (rows: readonly Row[]): readonly Row[] => sortedBy(sorted, rows)

  const draw = (): void => {
    if (shown === undefined) return
    const { rows, all } = shown
    // The focus stays where it was, for people who sort by the keyboard.
    const focused = [...place.querySelectorAll('button')].findIndex((button) => button === document.activeElement)
    place.replaceChildren(
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, ...columns.map(headOf))),
        element('tbody', {}, ...inOrder(rows).map((row) => lineOf(row, all))),
        element('tfoot', {}, lineOf(all, all)),
      ),
    )
    place.querySelectorAll('button')[focused]?.focus()
  }

  return {
    show: (rows: readonly Row[], all: Row): void => {
      shown = { rows, all }
      draw()
    },
    inOrder,
  }
}
