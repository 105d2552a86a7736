import type { Events } from '../observability/events.js'
import { systemClock, type ClockState, type TrustReason } from './clock.js'
import type { ClockReadings } from './clock-readings.js'
import { parseSavedJump, savedJumpText, type SavedJump } from './saved-jump.js'

const HOUR_MS = 60 * 60 * 1000
/** How far the clock may run ahead of elapsed time before it is a jump. */
const LEAD_MAX_MS = HOUR_MS
/** While a jump is unconfirmed, a stop of the process counts as elapsed time unless it seems longer than this. */
const STOP_MAX_MS = 24 * HOUR_MS
/** How often an unconfirmed jump is saved again, so that a restart knows how much time has elapsed since. */
const SAVE_INTERVAL_MS = HOUR_MS / 6

/** How fast recorded time goes by elapsed time. While it follows the clock, only the clock moves it. */
const FOLLOWING = 0
const BEHIND = 0.5
const ON_ITS_OWN = 1

interface Jump {
  readonly from: number
  readonly to: number
  /** When `to` was read, by elapsed time. */
  readonly readAt: number
  /** When it was first seen; earlier than `readAt` after a restart. */
  readonly seenAt: number
}

interface Parts {
  readonly readings: ClockReadings
  /** The last entry that was decided. */
  readonly head: () => { readonly sequence: number; readonly timestamp: number }
  /** What was saved last, if anything was. */
  readonly savedClock: string | undefined
  /** Keeps a text for the next opening, durable no later than what is decided next. */
  readonly save: (text: string) => void
  readonly events: Pick<Events, 'emit'>
}

/**
 * Recorded time: what the ledger takes for the present. Whatever is decided by time is decided by this.
 *
 *     following ⇄ behind   the clock is trusted: recorded time is the clock's, or goes at half the pace of elapsed time
 *         ⇅          ⇅     until the clock has caught up with it
 *       on its own         the clock has jumped, or gives no reading: recorded time goes at the pace of elapsed time
 *
 * A reading is compared with what elapsed time vouches for: the last trusted reading and the time elapsed since. The
 * clock may run ahead of that by an hour. `lead` is how much of the hour is used up; elapsed time frees it again, so that
 * many small steps count as the jump that they add up to. A jump ends when the clock comes back, when it is confirmed, or
 * when as much time has elapsed as the clock is ahead.
 */
export class RecordedTime {
  readonly #readings: ClockReadings
  readonly #head: Parts['head']
  readonly #save: (text: string) => void
  readonly #events: Pick<Events, 'emit'>

  /** Recorded time at a moment of elapsed time, and its pace since. */
  #recorded: number
  #recordedAt: number
  #pace = ON_ITS_OWN

  /** The last trusted reading, and the moment of elapsed time at which it was taken. */
  #vouched: number
  #vouchedAt: number
  #lead = 0
  #leadAt: number
  /** Since when the clock has been more than an hour behind what elapsed time vouches for. */
  #backSince: number | undefined

  #jump: Jump | undefined
  #isReadable = false
  /** What an earlier opening has left, until there is a first reading to compare with it. */
  #left: { readonly jump: SavedJump | undefined; readonly isNew: boolean } | undefined
  #savedAt = -Infinity

  constructor({ readings, head, savedClock, save, events }: Parts) {
    this.#readings = readings
    this.#head = head
    this.#save = save
    this.#events = events
    const { sequence, timestamp } = head()
    const isNew = sequence === 0
    const reading = readings.now()
    const elapsed = readings.elapsed()
    // A new ledger has nothing to go on from but the date of the machine.
    this.#recorded = isNew && reading === undefined ? systemClock.now() : timestamp
    this.#vouched = this.#recorded
    this.#recordedAt = this.#vouchedAt = this.#leadAt = elapsed
    this.#left = { jump: parseSavedJump(savedClock), isNew }
    this.#take(reading, elapsed)
  }

  /** Recorded time, milliseconds since the epoch. Never less than that of the last entry. */
  now(): number {
    const reading = this.#readings.now()
    const last = this.#head().timestamp
    // The same reading again is no jump, and needs no look at elapsed time.
    if (reading === this.#recorded && reading >= last && this.#pace === FOLLOWING) return reading
    const elapsed = this.#readings.elapsed()
    this.#take(reading, elapsed)
    return Math.max(last, Math.floor(this.#recordedBy(elapsed)))
  }

  /** Milliseconds of elapsed time: for whatever is measured, not dated. */
  elapsed(): number {
    return this.#readings.elapsed()
  }

  /** Whether the clock could be trusted when it was last read. */
  get isTrusted(): boolean {
    return this.#jump === undefined && this.#isReadable
  }

  state(): ClockState {
    const reading = this.#readings.now()
    const elapsed = this.#readings.elapsed()
    this.#take(reading, elapsed)
    const jump = this.#jump
    return {
      trusted: this.isTrusted,
      recordedTime: new Date(this.#recordedBy(elapsed)),
      reading: reading === undefined ? null : new Date(reading),
      jump: jump === undefined ? null : { ...datesOf(jump), trustedInMs: Math.ceil(this.#uncovered(jump, elapsed)) }
    }
  }

  /** Takes the clock's present reading for right. */
  confirm(): void {
    const reading = this.#readings.now()
    if (reading === undefined) return
    const elapsed = this.#readings.elapsed()
    if (this.#left !== undefined) this.#begin(reading, elapsed)
    this.#isReadable = true
    this.#accept(reading, elapsed, 'confirmed')
  }

  /** Saves once more what was saved in a group that was given up. */
  saveAgain(): void {
    if (this.#savedAt > -Infinity) this.#saveState(this.#readings.elapsed())
  }

  /** Takes a reading into account. Events come last, since a listener may ask or confirm at once. */
  #take(reading: number | undefined, elapsed: number): void {
    this.#isReadable = reading !== undefined
    if (reading === undefined) return this.#goOn(elapsed)
    if (this.#left !== undefined) return this.#begin(reading, elapsed)
    const vouched = this.#vouchedBy(elapsed)
    const ahead = reading - vouched
    if (ahead <= LEAD_MAX_MS - this.#leadBy(elapsed)) return this.#agree(reading, elapsed, ahead)
    const jump = this.#jump
    if (jump === undefined || Math.abs(reading - readingBy(jump, elapsed)) > HOUR_MS) {
      return this.#distrust({ from: vouched, to: reading, readAt: elapsed, seenAt: elapsed })
    }
    if (elapsed - jump.seenAt >= ahead) return this.#accept(reading, elapsed, 'elapsed')
    if (elapsed - this.#savedAt >= SAVE_INTERVAL_MS) this.#saveState(elapsed)
  }

  /** The first reading of an opening: what it alone cannot tell, a long stop or a wrong date, is accepted. */
  #begin(reading: number, elapsed: number): void {
    const { jump, isNew } = this.#left!
    this.#left = undefined
    const before = this.#recordedBy(elapsed)
    if (jump !== undefined && reading >= jump.reading - HOUR_MS) return this.#resume(jump, reading, elapsed)
    this.#accept(reading, elapsed)
    if (jump !== undefined) this.#endJump('returned', elapsed)
    if (!isNew && reading - before > HOUR_MS) {
      this.#events.emit('clock:jumped', { from: new Date(before), to: new Date(reading) })
    }
  }

  /** A jump that was unconfirmed still is, while the clock is where it had jumped to. */
  #resume(saved: SavedJump, reading: number, elapsed: number): void {
    const recorded = this.#recordedBy(elapsed)
    const sinceSavedMs = Math.max(0, reading - saved.reading)
    const stoppedMs = sinceSavedMs <= STOP_MAX_MS ? sinceSavedMs : 0
    const vouched = Math.max(recorded, saved.vouched + stoppedMs)
    const coveredMs = saved.elapsedMs + Math.max(stoppedMs, recorded - saved.vouched)
    this.#vouch(vouched, elapsed)
    this.#setRecorded(vouched, elapsed, ON_ITS_OWN)
    const ahead = reading - vouched
    if (ahead > LEAD_MAX_MS && coveredMs < ahead) {
      return this.#distrust({ from: vouched, to: reading, readAt: elapsed, seenAt: elapsed - coveredMs })
    }
    this.#accept(reading, elapsed)
    this.#endJump(ahead > LEAD_MAX_MS ? 'elapsed' : 'returned', elapsed)
  }

  #agree(reading: number, elapsed: number, ahead: number): void {
    this.#lead = this.#leadBy(elapsed) + Math.max(0, ahead)
    this.#leadAt = elapsed
    const backMs = this.#vouched + elapsed - this.#vouchedAt - reading
    if (backMs > HOUR_MS) {
      // A clock set back may be the wrong one: what was vouched for counts until as much time has elapsed.
      this.#backSince ??= elapsed
      if (elapsed - this.#backSince >= backMs) this.#vouch(reading, elapsed)
    } else this.#vouch(reading, elapsed)
    this.#follow(reading, elapsed)
    if (this.#jump !== undefined) this.#endJump('returned', elapsed)
  }

  /** Takes a reading for right, whatever it is. */
  #accept(reading: number, elapsed: number, reason?: TrustReason): void {
    this.#lead = 0
    this.#vouch(reading, elapsed)
    this.#follow(reading, elapsed)
    if (reason !== undefined && this.#jump !== undefined) this.#endJump(reason, elapsed)
  }

  #distrust(jump: Jump): void {
    const { readAt } = jump
    this.#goOn(readAt)
    this.#jump = jump
    this.#saveState(readAt)
    this.#events.emit('clock:jumped', datesOf(jump))
  }

  #endJump(reason: TrustReason, elapsed: number): void {
    this.#jump = undefined
    this.#saveState(elapsed)
    this.#events.emit('clock:trusted', { at: new Date(this.#recordedBy(elapsed)), reason })
  }

  #saveState(elapsed: number): void {
    this.#savedAt = elapsed
    const jump = this.#jump
    const state = jump && {
      vouched: this.#vouchedBy(elapsed),
      reading: readingBy(jump, elapsed),
      elapsedMs: elapsed - jump.seenAt
    }
    this.#save(savedJumpText(state ?? null))
  }

  #vouch(reading: number, elapsed: number): void {
    this.#vouched = reading
    this.#vouchedAt = elapsed
    this.#backSince = undefined
  }

  /** Recorded time is the clock's, unless it would run backwards. A time at which nothing was recorded does not count. */
  #follow(reading: number, elapsed: number): void {
    const last = this.#pace === BEHIND ? this.#recordedBy(elapsed) : this.#head().timestamp
    if (reading >= last) this.#setRecorded(reading, elapsed, FOLLOWING)
    else if (this.#pace !== BEHIND) this.#setRecorded(last, elapsed, BEHIND)
  }

  /** Recorded time goes on without the clock: from what elapsed time vouches for, where the clock was followed. */
  #goOn(elapsed: number): void {
    if (this.#pace === ON_ITS_OWN) return
    const start = this.#pace === FOLLOWING ? this.#vouchedBy(elapsed) : this.#recordedBy(elapsed)
    this.#setRecorded(start, elapsed, ON_ITS_OWN)
  }

  #setRecorded(recorded: number, elapsed: number, pace: number): void {
    this.#recorded = recorded
    this.#recordedAt = elapsed
    this.#pace = pace
  }

  #recordedBy(elapsed: number): number {
    return this.#recorded + this.#pace * (elapsed - this.#recordedAt)
  }

  /** Where elapsed time has come to. What is recorded already counts: a clock that shows it moves nothing. */
  #vouchedBy(elapsed: number): number {
    return Math.max(this.#vouched + elapsed - this.#vouchedAt, this.#recordedBy(elapsed))
  }

  #leadBy(elapsed: number): number {
    return Math.max(0, this.#lead - (elapsed - this.#leadAt))
  }

  /** How much time has still to elapse until a jump is taken for right. */
  #uncovered(jump: Jump, elapsed: number): number {
    return Math.max(0, readingBy(jump, elapsed) - this.#vouchedBy(elapsed) - (elapsed - jump.seenAt))
  }
}

/** What the clock shows at a moment if it has gone on at the pace of elapsed time since it jumped. */
function readingBy(jump: Jump, elapsed: number): number {
  return jump.to + elapsed - jump.readAt
}

function datesOf({ from, to }: Jump): { readonly from: Date; readonly to: Date } {
  return { from: new Date(from), to: new Date(to) }
}
