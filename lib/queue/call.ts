import { CommandCancelledError } from './errors.js'

export interface CallerOptions {
  readonly signal?: AbortSignal | undefined
  /** On the processor's clock, milliseconds since the epoch; execution must start before it. */
  readonly deadlineAt?: number | undefined
}

/** One who waits. */
interface Caller<T> {
  resolve(value: T): void
  readonly reject: (error: unknown) => void
  readonly options: CallerOptions | undefined
  /** Whether this caller came while the same request was already on its way. */
  readonly hasJoined: boolean
  onAbort: (() => void) | undefined
  /** Who came after. Nearly every call has one caller, for whom a list would be more than the rest. */
  next: Caller<T> | undefined
}

/** The two ends of the promise that was made last: an executor for all, instead of a closure for each. */
let resolveLatest: (value: never) => void
let rejectLatest: (error: unknown) => void
const keepEnds = (resolve: (value: never) => void, reject: (error: unknown) => void) => {
  resolveLatest = resolve
  rejectLatest = reject
}

/** Where calls come in. */
export interface CallOrigin {
  /** Told how many callers were just answered, in whatever way. */
  onAnswered(count: number): void
  /** Told once, when nobody can join any more. */
  onSettled(call: Call<unknown>): void
}

/**
 * A promise made to one or more callers, of one execution.
 *
 * waiting → started → settled. A caller may give up while the call is waiting; once it has started, every caller that
 * is left gets the real answer.
 */
export abstract class Call<T> {
  /** To be called once when this call has come to its end, where it holds one of the last places. */
  readonly leave: (() => void) | undefined
  readonly #origin: CallOrigin
  /** The first to wait. */
  #callers: Caller<T> | undefined
  #state: 'waiting' | 'started' | 'settled' = 'waiting'

  constructor(origin: CallOrigin, leave: (() => void) | undefined) {
    this.#origin = origin
    this.leave = leave
  }

  get isSettled(): boolean {
    return this.#state === 'settled'
  }

  wait(options: CallerOptions | undefined, hasJoined: boolean): Promise<T> {
    const promise = new Promise<T>(keepEnds)
    const caller: Caller<T> = {
      resolve: resolveLatest as (value: T) => void,
      reject: rejectLatest,
      options,
      hasJoined,
      onAbort: undefined,
      next: undefined
    }
    const last = this.#last()
    if (last === undefined) this.#callers = caller
    else last.next = caller
    if (options?.signal !== undefined) this.#listen(caller, options.signal)
    return promise
  }

  #last(): Caller<T> | undefined {
    let last = this.#callers
    while (last?.next !== undefined) last = last.next
    return last
  }

  #listen(caller: Caller<T>, signal: AbortSignal): void {
    caller.onAbort = () => this.#giveUp(caller)
    signal.addEventListener('abort', caller.onAbort, { once: true })
  }

  /** Starts the call, unless nobody waits for it any more. */
  begin(now: number): boolean {
    if (this.#state === 'settled') return false
    this.#state = 'started'
    for (let caller = this.#callers; caller !== undefined; caller = caller.next) {
      if ((caller.options?.deadlineAt ?? Infinity) > now) continue
      this.#remove(caller)
      caller.reject(new CommandCancelledError('deadline'))
    }
    if (this.#callers !== undefined) return true
    this.#settle()
    return false
  }

  resolve(): void {
    for (let caller = this.#takeAll(); caller !== undefined; caller = caller.next) {
      caller.resolve(this.answerFor(caller.hasJoined))
    }
  }

  reject(error: unknown): void {
    for (let caller = this.#takeAll(); caller !== undefined; caller = caller.next) caller.reject(error)
  }

  /** What a caller hears of what was done. */
  protected abstract answerFor(hasJoined: boolean): T

  #settle(): void {
    if (this.#state === 'settled') return
    this.#state = 'settled'
    this.#origin.onSettled(this)
  }

  #giveUp(caller: Caller<T>): void {
    // Whoever was answered or refused listens no more.
    if (this.#state !== 'waiting') return
    this.#remove(caller)
    caller.reject(new CommandCancelledError('signal', { cause: caller.options?.signal?.reason }))
    // Nobody may join a call that nobody waits for: it keeps no place in the order.
    if (this.#callers === undefined) this.#settle()
  }

  #remove(caller: Caller<T>): void {
    let before = this.#callers
    if (before === caller) this.#callers = caller.next
    else {
      while (before !== undefined && before.next !== caller) before = before.next
      if (before !== undefined) before.next = caller.next
    }
    forget(caller)
    this.#origin.onAnswered(1)
  }

  #takeAll(): Caller<T> | undefined {
    const first = this.#callers
    this.#callers = undefined
    this.#settle()
    let count = 0
    for (let caller = first; caller !== undefined; caller = caller.next) {
      forget(caller)
      count++
    }
    if (count > 0) this.#origin.onAnswered(count)
    return first
  }
}

function forget<T>({ options, onAbort }: Caller<T>): void {
  if (onAbort) options?.signal?.removeEventListener('abort', onAbort)
}
