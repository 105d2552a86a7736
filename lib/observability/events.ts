import { callbackField } from '../domain/callable.js'
import type { Command } from '../domain/command.js'
import { InvalidRequestError } from '../domain/errors.js'
import { nearest } from '../domain/nearest.js'
import { show } from '../domain/show.js'
import { safely } from './safely.js'
import { setImmediate } from '../timers.js'

/** What a processor tells about itself, beside its answers. */
export interface ProcessorEvents {
  /**
   * The clock has run ahead of elapsed time by more than an hour. Recorded time goes on by elapsed time until the clock
   * comes back, until as much time has elapsed, or until `confirmClock()` says that the new time is right. Also emitted
   * in the first turn after an opening: for a jump that is still unconfirmed, and, as a notice, for a first reading more
   * than an hour after the last entry, which is followed.
   */
  'clock:jumped': { readonly from: Date; readonly to: Date }
  /** The clock is trusted again after a jump, and why. Recorded time follows it from `at` on. */
  'clock:trusted': { readonly at: Date; readonly reason: 'returned' | 'confirmed' | 'elapsed' }
  /**
   * A method of the clock gave no sound reading, or threw; emitted for the first of a run. Recorded time goes on by
   * elapsed time meanwhile.
   */
  'clock:unreadable': { readonly method: 'now' | 'elapsed'; readonly found: string }
  /** A command came faster than `rateLimit` allows and was refused; nothing of it was recorded. */
  'command:rate-limited': {
    readonly accountId: string
    readonly command: Command['type']
    readonly scope: 'account' | 'global'
    readonly retryAfterMs: number
  }
  /** A commit that certainly did not happen is about to be tried again. */
  'command:retried': {
    /** How many commands are in it. */
    readonly commands: number
    /** Which attempt has just failed, from 1. */
    readonly attempt: number
    readonly error: Error
  }
  /** A command was given up and put aside, durably. */
  'command:dead-lettered': {
    readonly deadLetterId: string
    readonly accountId: string
    readonly command: Command['type']
    readonly error: unknown
  }
  /** A step of the sweep has freed the space of idempotency keys past their horizon. */
  'keys:forgotten': { readonly keys: number; readonly mayHaveMore: boolean }
  /** The writer stopped; nothing more is executed until the store is opened again. */
  'processor:failed': { readonly error: Error }
  /** Another writer took the store over. */
  'processor:fenced': { readonly error: Error }
  /** A command had its turn: how long it waited for it, and how long deciding it took. Its answer waits for its group. */
  'command:executed': { readonly command: Command['type']; readonly waitMs: number; readonly executionMs: number }
  /**
   * A group of entries is durable, up to this sequence; `durationMs` is what the store took for it, further attempts
   * included. `entries` is 0 where only a dead letter became durable.
   */
  'group:committed': { readonly entries: number; readonly sequence: number; readonly durationMs: number }
}

/** The compiler sees to it that none is missing. */
const EVENTS: { readonly [E in keyof ProcessorEvents]: true } = {
  'clock:jumped': true,
  'clock:trusted': true,
  'clock:unreadable': true,
  'command:rate-limited': true,
  'command:retried': true,
  'command:dead-lettered': true,
  'keys:forgotten': true,
  'processor:failed': true,
  'processor:fenced': true,
  'command:executed': true,
  'group:committed': true
}

type Listener<E extends keyof ProcessorEvents> = (detail: ProcessorEvents[E]) => void

/** Typed events whose listeners can never break the worker: what one throws or rejects with becomes a process warning. */
export class Events {
  readonly #listeners = new Map<keyof ProcessorEvents, Set<Listener<never>>>()
  readonly #heard: { [E in keyof ProcessorEvents]?: boolean } = {}

  /** What was emitted before anybody could listen; `undefined` once callers can. */
  #early: (() => void)[] | undefined = []

  /** From now on callers can listen. What was emitted before reaches them in the next turn of the event loop. */
  begin(): void {
    const early = this.#early ?? []
    this.#early = undefined
    if (early.length > 0) setImmediate(() => early.forEach(emit => emit()))
  }

  /** The events that somebody listens to: what costs time to find out is found out only for them. */
  get heard(): { readonly [E in keyof ProcessorEvents]?: boolean } {
    return this.#heard
  }

  /**
   * @returns takes the listener away again
   * @throws InvalidRequestError for an event that there is not: nobody would ever hear of it
   */
  on<E extends keyof ProcessorEvents>(event: E, listener: Listener<E>): () => void {
    if (typeof event !== 'string' || !Object.hasOwn(EVENTS, event)) throw unknownEvent(event)
    callbackField(listener, 'the listener')
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
    this.#heard[event] = true
    return () => {
      listeners.delete(listener)
      this.#heard[event] = listeners.size > 0
    }
  }

  emit<E extends keyof ProcessorEvents>(event: E, detail: ProcessorEvents[E]): void {
    if (this.#early !== undefined) return void this.#early.push(() => this.emit(event, detail))
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      safely(`A listener of ${event}`, () => (listener as Listener<E>)(detail))
    }
  }
}

function unknownEvent(event: unknown): InvalidRequestError {
  const meant = nearest(typeof event === 'string' ? event : '', Object.keys(EVENTS))
  return new InvalidRequestError(
    `Event ${show(event)} is unknown. Did you mean ${show(meant)}? Known are ${Object.keys(EVENTS).join(', ')}.`
  )
}
