import { createTracker } from 'wasabi-utm'

export const wasabi = createTracker({ endpoint: import.meta.env.VITE_ENDPOINT })
