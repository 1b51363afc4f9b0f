import type { Page } from './store'

/** An event that a receiver refused for good, with its answer. */
export type SetAside = {
  readonly cursor: string
  readonly target: string
  /** When the receiver refused it, in milliseconds since 1970. */
  readonly refusedAt: number
  readonly status: number
  /** The beginning of the receiver's answer, as text. */
  readonly answer: string
}

/** How far a receiver is behind. */
export type Lag = {
  readonly target: string
  /** Events that wait, `mostCounted` at most. */
  readonly events: number
  /** The time for which the oldest of them waits, in seconds. */
  readonly seconds: number
  /** Events that the receiver refused for good. */
  readonly setAside: number
}

/** Stores the progress of forwarding for each receiver, by its name. A promise resolves after the commit. */
export type ForwardStore = {
  /** The cursor up to which a receiver has every event. */
  readonly position: (target: string) => Promise<string>
  readonly savePosition: (target: string, cursor: string) => Promise<void>
  /** Stores a refusal, once for each receiver and event. It is deleted with its event. */
  readonly setAside: (refusal: SetAside) => Promise<void>
  /** Drops a refusal: the receiver has the event now. */
  readonly takeBack: (target: string, cursor: string) => Promise<void>
  /** Deletes a receiver's position and refusals. Resolves to whether there was a position. */
  readonly forget: (target: string) => Promise<boolean>
  /** The cursors of the events that a receiver refused, in their order. */
  readonly refusedBy: (target: string, page: Page) => Promise<readonly string[]>
  /** Refusals of all receivers, newest first. */
  readonly refusals: (limit: number) => Promise<readonly SetAside[]>
  /** The event's body; `undefined` once it was erased or has expired. */
  readonly textOf: (cursor: string) => Promise<string | undefined>
  readonly lags: (now: number) => Promise<readonly Lag[]>
}

/** The most events that a lag counts: counting millions of rows would take longer than the figure is worth. */
export const mostCounted = 10_000
