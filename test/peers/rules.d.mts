export type Result = {
  readonly verdict: string
  readonly worth: 'good' | 'fair' | 'guess' | 'bad' | 'none' | 'failed'
  readonly note?: string
}

type Column = { readonly often?: number }

export const isDecided: (column: Column, results: readonly Result[]) => boolean
export const settle: (column: Column, results: readonly Result[]) => Result
