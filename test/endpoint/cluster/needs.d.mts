export declare const missing: (machine?: {
  readonly platform: string
  readonly user: number | undefined
  readonly path: string
}) => string | undefined
