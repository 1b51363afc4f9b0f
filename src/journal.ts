import type { CustomerAction } from './customer-action'
import type { Store } from './storage'

const PREFIX = 'wasabi.J.'

/** How many actions one origin remembers for corrections. */
const MAX_ACTIONS = 50

/** What this browser recorded on this origin, so that it can be corrected later: the latest event of each action. */
export const createJournal = ({ keys, read, write }: Store, days: number, readEvent: (event?: string) => CustomerAction | undefined) => {
  /** Newest first. */
  const all = () =>
    keys(PREFIX)
      .flatMap((key) => readEvent(read(key)) ?? [])
      .sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))

  /** Forgets what is damaged, older than the attribution window, or beyond the newest ones. */
  const prune = (newest: number) => {
    const kept = all()
      .slice(0, newest)
      .flatMap(({ interactionId, createdAt }) => (Date.parse(createdAt) > Date.now() - days * 86_400_000 ? PREFIX + interactionId : []))
    for (const key of keys(PREFIX)) if (!kept.includes(key)) write(key)
  }

  return {
    all,
    read: (id: string) => readEvent(read(PREFIX + id)),
    write({ interactionId }: CustomerAction, event: string) {
      write(PREFIX + interactionId, event)
      if (keys(PREFIX)[MAX_ACTIONS]) prune(MAX_ACTIONS)
    },
    prune: () => {
      prune(MAX_ACTIONS)
    },
    forget: () => {
      prune(0)
    },
  }
}
