import type { Jar } from './cookies'

/** Who uses this browser. Both stand in one cookie, so that a correction reaches only what this same visitor did. */
export type Person = { readonly visitor: string | undefined; readonly customer: string | undefined }

/** Remembers the visitor and the customer across pages and subdomains. Read anew each time: other tabs change it. */
export const createIdentity = (jar: Jar, uuid: () => string) => {
  const read = (): Person => {
    const pairs = new URLSearchParams(jar.read()[0])
    const visitor = pairs.get('v')
    return { visitor: visitor?.startsWith('visitor-') ? visitor : undefined, customer: pairs.get('c') || undefined }
  }

  const write = ({ visitor, customer }: Person) => {
    jar.write(`${new URLSearchParams({ ...(visitor && { v: visitor }), ...(customer && { c: customer }) })}`)
  }

  return {
    read,
    /** The customer, or the visitor until someone is identified; a first visitor gets an id here. */
    current() {
      const { visitor = `visitor-${uuid()}`, customer } = read()
      if (customer) return customer
      write({ visitor, customer })
      return visitor
    },
    /** Makes this browser the customer's. Another customer than before is another person: the visitor id goes with the first. */
    identify(customer: string) {
      const before = read()
      if (before.customer !== customer) write({ visitor: before.customer ? undefined : before.visitor, customer })
    },
    forget: () => {
      jar.remove()
    },
  }
}
