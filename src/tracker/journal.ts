import type { Action } from '../contract/customer-action'
import type { Store } from './browser/storage'

const PREFIX = 'wasabi.J.'
const ALL = /^wasabi\.J/

/** How many actions one origin remembers for corrections. */
const MAX_ACTIONS = 50

/** What this browser recorded on this origin, so that it can be corrected later: the latest event of each action. */
export const createJournal = (
  [keys, read, write]: Store,
  policy: { readonly attributionDays: number },
  readEvent: (event?: string) => Action | undefined,
) => {
  /** The newest actions, newest first. Forgets what is damaged, older than the attribution window, or beyond them. */
  const all = () => {
    const actions = keys(ALL)
      .flatMap((key) => readEvent(read(key)) ?? [])
      .filter(({ createdAt }) => Date.parse(createdAt) > Date.now() - policy.attributionDays * 86_400_000)
      .sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))
      .slice(0, MAX_ACTIONS)
    const kept = actions.map(({ interactionId }) => PREFIX + interactionId)
    for (const key of keys(ALL)) if (!kept.includes(key)) write(key)
    return actions
  }

  return {
    all,
    read: (id: string) => readEvent(read(PREFIX + id)),
    write(id: string, event: string) {
      write(PREFIX + id, event)
      if (keys(ALL)[MAX_ACTIONS]) all()
    },
    forget() {
      for (const key of keys(ALL)) write(key)
    },
  }
}
