export { faultyStore, type CommitFault, type FaultyStore } from './faulty-store.js'
export { manualClock, type ManualClock } from './manual-clock.js'
