export type Result = {
  readonly verdict: string
  readonly worth: 'good' | 'fair' | 'guess' | 'bad' | 'none' | 'failed'
  readonly note?: string
}

type Column = { readonly key: string; readonly words: Readonly<Record<string, string>>; readonly often?: number }

export const isDecided: (column: Pick<Column, 'often'>, results: readonly Result[]) => boolean
export const settle: (column: Pick<Column, 'often'>, results: readonly Result[]) => Result
export const judge: (column: Pick<Column, 'words'>, verdict: string) => Result['worth']
export const REACH: readonly Column[]
