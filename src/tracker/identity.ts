import type { Jar } from './browser/cookies'

/**
 * Who uses this browser, across pages and subdomains. Visitor and customer stand in one cookie, so that a correction reaches only what this
 * same visitor did. Read anew each time: other tabs change it.
 */
export const createIdentity = (jar: Jar, uuid: () => string) => {
  /** Both ids; `''` for one that there is not. */
  const read = (): readonly [visitor: string, customer: string] => {
    const pairs = new URLSearchParams(jar()[0])
    return [/^visitor-.*|/.exec(pairs.get('v') ?? '')?.[0] ?? '', pairs.get('c') ?? '']
  }

  const write = (v: string, c: string) => {
    jar(`${new URLSearchParams({ v, c })}`)
    return c || v
  }

  return {
    read,

    forget: () => jar(''),

    /** The customer, or the visitor until someone is identified; a first visitor gets an id here. */
    current() {
      const [visitor, customer] = read()
      return customer || visitor || write(`visitor-${uuid()}`, '')
    },

    /** Makes this browser the customer's. Another customer than before is another person: the visitor id goes with the first. */
    identify(id: string) {
      const [visitor, customer] = read()
      if (customer !== id) write(customer ? '' : visitor, id)
    },
  }
}
