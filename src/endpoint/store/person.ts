/** Who is to be erased: ids of customers and visitors, and interactions that are known to be theirs. */
export type Person = { readonly customerIds: readonly string[]; readonly interactionIds: readonly string[] }

/** Says whether a customer id is one that a browser gave itself, until somebody is identified. */
export const isVisitor = (customerId: string): boolean => customerId.startsWith('visitor-')
