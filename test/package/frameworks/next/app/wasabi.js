import { createTracker } from 'wasabi-utm'

export const wasabi = createTracker({ endpoint: process.env.NEXT_PUBLIC_ENDPOINT })
