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
  #callers: readonly Caller<T>[] = NOBODY
  #state: 'waiting' | 'started' | 'settled' = 'waiting'

  constructor(origin: CallOrigin, leave: (() => void) | undefined) {
    this.#origin = origin
    this.leave = leave
  }

  get isSettled(): boolean {
    return this.#state === 'settled'
  }

  wait(options: CallerOptions | undefined, hasJoined: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const caller: Caller<T> = { resolve, reject, options, hasJoined, onAbort: undefined }
      // Nearly every call has one caller: an array made for it is smaller than one that has grown.
      this.#callers = this.#callers.length === 0 ? [caller] : [...this.#callers, caller]
      if (options?.signal !== undefined) this.#listen(caller, options.signal)
    })
  }

  #listen(caller: Caller<T>, signal: AbortSignal): void {
    caller.onAbort = () => this.#giveUp(caller)
    signal.addEventListener('abort', caller.onAbort, { once: true })
  }

  /** Starts the call, unless nobody waits for it any more. */
  begin(now: number): boolean {
    if (this.#state === 'settled') return false
    this.#state = 'started'
    for (const caller of this.#callers) {
      if ((caller.options?.deadlineAt ?? Infinity) > now) continue
      this.#remove(caller)
      caller.reject(new CommandCancelledError('deadline'))
    }
    if (this.#callers.length > 0) return true
    this.#settle()
    return false
  }

  resolve(): void {
    for (const caller of this.#takeAll()) caller.resolve(this.answerFor(caller.hasJoined))
  }

  reject(error: unknown): void {
    for (const caller of this.#takeAll()) caller.reject(error)
  }

  /** What a caller hears of what was done. */
  protected abstract answerFor(hasJoined: boolean): T

  #settle(): void {
    if (this.#state === 'settled') return
    this.#state = 'settled'
    this.#origin.onSettled(this)
  }

  #giveUp(caller: Caller<T>): void {
    if (this.#state !== 'waiting' || !this.#callers.includes(caller)) return
    this.#remove(caller)
    caller.reject(new CommandCancelledError('signal', { cause: caller.options?.signal?.reason }))
    // Nobody may join a call that nobody waits for: it keeps no place in the order.
    if (this.#callers.length === 0) this.#settle()
  }

  #remove(caller: Caller<T>): void {
    this.#callers = this.#callers.filter(other => other !== caller)
    forget(caller)
    this.#origin.onAnswered(1)
  }

  #takeAll(): readonly Caller<T>[] {
    const callers = this.#callers
    this.#callers = NOBODY
    this.#settle()
    for (const caller of callers) forget(caller)
    if (callers.length > 0) this.#origin.onAnswered(callers.length)
    return callers
  }
}

function forget<T>({ options, onAbort }: Caller<T>): void {
  if (onAbort) options?.signal?.removeEventListener('abort', onAbort)
}

const NOBODY: readonly never[] = []
