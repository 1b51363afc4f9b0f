import type { CustomerAction } from './customer-action'
import type { Store } from './storage'

/** How many actions one origin remembers for corrections. */
const MAX_ACTIONS = 50

const PREFIX = 'wasabi.J.'

/** What this browser recorded on this origin, so that it can be corrected later: the latest body of each action. */
export const createJournal = (store: Store, days: number) => {
  const read = (id: string): CustomerAction | undefined => {
    try {
      const action = JSON.parse(store.read(PREFIX + id) ?? '') as CustomerAction
      // Anyone can write under our keys: what is not an action of this id does not count.
      return action.interactionId === id && action.interaction.type && Date.parse(action.updatedAt) ? action : undefined
    } catch {
      return undefined
    }
  }

  const all = () => store.keys(PREFIX).map((key) => ({ key, action: read(key.slice(PREFIX.length)) }))

  /** Forgets what is damaged, older than the attribution window, or beyond the newest fifty. */
  const prune = () => {
    const oldest = new Date(Date.now() - days * 86_400_000).toISOString()
    all()
      .map(({ key, action }) => ({ key, createdAt: action?.createdAt ?? '' }))
      .sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))
      .filter(({ createdAt }, index) => index >= MAX_ACTIONS || createdAt < oldest)
      .forEach(({ key }) => {
        store.remove(key)
      })
  }

  return {
    read,
    prune,
    write(action: CustomerAction) {
      store.write(PREFIX + action.interactionId, JSON.stringify(action))
      if (store.keys(PREFIX).length > MAX_ACTIONS) prune()
    },
    /** The actions recorded under one customer or visitor id. */
    of: (customerId: string) => all().flatMap(({ action }) => (action?.customerId === customerId ? [action] : [])),
    forget() {
      for (const key of store.keys(PREFIX)) store.remove(key)
    },
  }
}
