type Row = { readonly name: string; readonly cells: object; readonly reach: object; readonly failed?: string }

type Result = {
  readonly date: string
  readonly machine?: { readonly chromium: string }
  readonly peers: readonly Row[]
}

type Chosen = { readonly wanted: readonly string[]; readonly only: readonly string[] | undefined }

export const record: (last: Result, result: Result, chosen: Chosen) => unknown
