import { callbackField } from '../domain/callable.js'
import type { Command } from '../domain/command.js'
import { InvalidRequestError } from '../domain/errors.js'
import { nearest } from '../domain/nearest.js'
import { show } from '../domain/show.js'

/** What a processor tells about itself, beside its answers. */
export interface ProcessorEvents {
  /**
   * The clock has run ahead of elapsed time by more than an hour. Background expiry of holds has stopped, so that a
   * wrong clock does not release them all; call `confirmClock()` when the new time is right.
   */
  'clock:jumped': { readonly from: Date; readonly to: Date }
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

/** Typed events whose listeners can never break the worker: what a listener throws becomes a process warning. */
export class Events {
  readonly #listeners = new Map<keyof ProcessorEvents, Set<Listener<never>>>()
  readonly #heard: { [E in keyof ProcessorEvents]?: boolean } = {}

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
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        ;(listener as Listener<E>)(detail)
      } catch (error) {
        process.emitWarning(`A listener of ${event} threw: ${String(error)}`, 'BursarWarning')
      }
    }
  }
}

function unknownEvent(event: unknown): InvalidRequestError {
  const meant = nearest(typeof event === 'string' ? event : '', Object.keys(EVENTS))
  return new InvalidRequestError(
    `Event ${show(event)} is unknown. Did you mean ${show(meant)}? Known are ${Object.keys(EVENTS).join(', ')}.`
  )
}
