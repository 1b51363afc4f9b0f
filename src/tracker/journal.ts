import type { Action } from '../contract/customer-action'
import { now, readTime } from './browser/clock'
import { listKeys, readText, removeText, writeText } from './browser/storage'
import { readEvent } from './event'
import { settings } from './settings'

const PREFIX = 'wasabi.J.'
const ALL = /^wasabi\.J/

/** How many actions one origin remembers for corrections. */
const MAX_ACTIONS = 50

/**
 * Returns the newest actions that this browser recorded on this origin, newest first. Forgets older actions and those
 * outside the attribution window. A text that cannot be read is left alone.
 */
export const readJournal = (): readonly Action[] => {
  const recorded = listKeys(ALL)
    .flatMap((key) => readEvent(readText(key)) ?? [])
    .sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1))
  const actions = recorded
    .slice(0, MAX_ACTIONS)
    .filter(({ createdAt }) => !(readTime(createdAt) <= now() - settings.attributionDays * 86_400_000))
  for (const action of recorded) if (!actions.includes(action)) removeText(PREFIX + action.interactionId)
  return actions
}

/** The latest event of an action. */
export const readRecorded = (interactionId: string): Action | undefined => readEvent(readText(PREFIX + interactionId))

/** Keeps the latest event of an action, so that it can be corrected later. */
export const writeRecorded = (interactionId: string, event: string): void => {
  writeText(PREFIX + interactionId, event)
  if (listKeys(ALL)[MAX_ACTIONS]) readJournal()
}

/** Forgets the actions that could be corrected. */
export const forgetJournal = (): void => {
  for (const key of listKeys(ALL)) removeText(key)
}
