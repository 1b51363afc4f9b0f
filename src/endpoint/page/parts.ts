// The parts that the demo's inspector shares with the operator's page.
export { createArrivals } from './arrivals'
export { createPicture } from './picture'
export { rowsOf, totals } from './rows'
export { createTable } from './table'
