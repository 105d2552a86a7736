import type { RecordedLifetimes } from '../domain/key-lifetimes.js'
import type { ClockReadings } from './clock-readings.js'
import type { Events } from '../observability/events.js'
import type { Retrying } from '../policies/retrying.js'

export interface WorkerOptions {
  readonly readings: ClockReadings
  readonly savedClock: string | undefined
  /** How long keys live by what the store has. */
  readonly lifetimes: RecordedLifetimes
  /** Accounts to know from the start. */
  readonly systemAccounts: readonly string[]
  /** How often expired holds that nobody looks at are released, in milliseconds. */
  readonly sweepIntervalMs: number
  readonly events: Events
  readonly retrying: Retrying
}
