import { createTracker } from 'wasabi-utm'

// Imported by every component, in the browser and on the server, where it does nothing.
export const wasabi = createTracker({ endpoint: 'https://collect.example.com/customer-actions' })
