export declare const BUILT: readonly string[]
export declare const isFresh: (folder?: string) => boolean
export declare const buildIfOld: () => boolean
export declare const buildForTests: () => void
