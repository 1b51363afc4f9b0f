import type { SeededFault } from './seeded-faults'
import type { Built } from './world'

/** The script, not made small, with this fault in its source. */
export declare const buildScript: (fault?: SeededFault) => Promise<string>

/** The lives as one module that Node can run. */
export declare const buildLives: () => Promise<string>

/** What the pages of a user have. */
export declare const readBuilt: () => Built
