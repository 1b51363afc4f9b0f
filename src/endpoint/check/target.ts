import { randomUUID } from 'node:crypto'
import { readText } from '../bounded'

/** An answer. Its status is 0 if there was none. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly text: string }

/** An endpoint as a page sees it. */
export type Target = {
  readonly url: string
  /** The site whose page sends. */
  readonly origin: string
  /** Customer of all events that are sent, so that they can be found and erased. */
  readonly customerId: string
  /** The text of a new event; `fields` are added to its `body`. */
  readonly event: (fields?: Readonly<Record<string, unknown>>, eventAction?: 'CREATED' | 'UPDATED') => string
  /** Posts a body. `suffix` is added to the path of the address. */
  readonly post: (body: string, options?: { readonly suffix?: string; readonly type?: string }) => Promise<Answer>
  readonly preflight: () => Promise<Answer>
}

/** Milliseconds. The tracker ends an attempt after 30 s. */
const patience = 30_000

/** Bytes of an answer that are read. The useful part of a refusal is far shorter. */
const longestAnswer = 64 * 1024

/** Represents a missing answer. */
const silence: Answer = { status: 0, headers: new Headers(), text: '' }

/** Says whether an answer means that the event is stored, as the tracker reads it. */
export const isTaken = ({ status, headers }: Answer): boolean =>
  [200, 201, 202, 204].includes(status) && headers.get('Content-Type')?.includes('text/html') !== true

/** Says whether an answer means that the event can never be stored. */
export const isRefusal = ({ status }: Answer): boolean => [400, 413, 422].includes(status)

/** An answer in words. */
export const inWords = ({ status, headers }: Answer): string => {
  if (status === 0) return 'no answer'
  const type = headers.get('Content-Type')
  return type === null ? String(status) : `${String(status)} (${type})`
}

/** The address with a suffix at the end of its path, which need not be the end of the address. */
const addressOf = (url: string, suffix: string): URL => {
  const address = new URL(url)
  address.pathname += suffix
  return address
}

/**
 * Prepares requests to an endpoint as the tracker makes them: simple requests that follow no redirect. By default,
 * their origin is a site that no endpoint knows.
 */
export const createTarget = (url: string, origin = 'https://page.example'): Target => {
  const customerId = `wasabi-check-${randomUUID()}`
  const send = async (address: string | URL, init: RequestInit): Promise<Answer> => {
    try {
      const answer = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(patience), ...init })
      return { status: answer.status, headers: answer.headers, text: await readText(answer, longestAnswer) }
    } catch {
      return silence
    }
  }

  return {
    url,
    origin,
    customerId,
    event: (fields = {}, eventAction = 'CREATED') => {
      const now = new Date().toISOString()
      const body = {
        interactionId: randomUUID(),
        customerId,
        interaction: { type: 'SIGN_UP' },
        createdAt: now,
        updatedAt: now,
        ...fields,
      }
      return JSON.stringify({ eventType: 'CUSTOMER_ACTION', eventAction, version: 1, body })
    },
    post: (body, { suffix = '', type = 'text/plain;charset=UTF-8' } = {}) =>
      send(addressOf(url, suffix), { method: 'POST', body, headers: { Origin: origin, 'Content-Type': type } }),
    preflight: () =>
      send(url, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'content-type',
        },
      }),
  }
}
