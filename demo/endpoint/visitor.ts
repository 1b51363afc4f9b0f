/** Says whether a customer id is one that a browser gave itself, until somebody is identified. */
export const isVisitor = (customerId: string): boolean => customerId.startsWith('visitor-')
