import { randomInt } from 'node:crypto'
import { SHOP } from './hosts'

/** A page's visitor. */
export type Visitor = {
  /** Sets `data-consent="required"` on the tag. */
  readonly consentRequired: boolean
  /** The number under which this visitor signs up. */
  readonly customer: string
  /** Assigns that number to a new visitor; absent for one who has it. */
  readonly cookie?: string
}

/** The customer of the schema's example. */
const EXAMPLE = '123456789'

const YEAR = 31_536_000

/**
 * Recognises visitors by a cookie of the demo's own. Each has a customer number, so that the sign-up of one is not
 * mistaken for that of another. The first one of a new data file is the customer of the schema's example.
 */
export const createVisitors = (isNew: boolean) => {
  let next: string | undefined = isNew ? EXAMPLE : undefined

  const welcome = (host: string) => {
    const customer = next ?? `${randomInt(100_000_000, 1_000_000_000)}`
    next = undefined
    const domain = host.replace(/:\d+$/, '').endsWith(SHOP) ? `; Domain=${SHOP}` : ''
    return { customer, cookie: `demo_account=${customer}; Path=/; Max-Age=${YEAR}; SameSite=Lax${domain}` }
  }

  return {
    read({ cookie, host }: { readonly cookie: string; readonly host: string }): Visitor {
      const known = /\bdemo_account=(\d{9})\b/.exec(cookie)?.[1]
      return {
        consentRequired: /\bdemo_consent=required\b/.test(cookie),
        ...(known === undefined ? welcome(host) : { customer: known }),
      }
    },
  }
}
