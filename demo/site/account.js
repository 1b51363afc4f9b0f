// A real app has its ids from its server. This one has those of the schema's example, until the visitor starts over and gets others.
const [, number] = /\bdemo_account=(\d{9})\b/.exec(document.cookie) ?? []

export const customerId = number ?? '123456789'
export const subscriptionContractId = customerId.slice(0, 8)
