export { live, type Life } from './life'
export { SEEDED_FAULTS } from './seeded-faults'
