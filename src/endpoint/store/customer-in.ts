/** Reads the customer id of a body that need not be valid. `undefined` if it has none, or is no JSON. */
export const customerIn = (bytes: Uint8Array): string | undefined => {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString()) as {
      readonly body?: { readonly customerId?: unknown }
    } | null
    const customerId = value?.body?.customerId
    return typeof customerId === 'string' || typeof customerId === 'number' ? String(customerId) : undefined
  } catch {
    return undefined
  }
}

/** How a customer id stands in the bytes of a body, if it stands there as it is written by most. */
export const asWritten = (customerId: string): Buffer => Buffer.from(JSON.stringify(customerId))
