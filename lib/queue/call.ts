import { CommandCancelledError } from './errors.js'

export interface CallerOptions {
  readonly signal?: AbortSignal | undefined
  /** On the processor's clock, milliseconds since the epoch; execution must start before it. */
  readonly deadlineAt?: number | undefined
}

/** One who waits. */
class Caller<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
  /** Whether this caller came while the same request was already on its way. */
  readonly hasJoined: boolean
  readonly signal: AbortSignal | undefined
  readonly deadlineAt: number
  onAbort: (() => void) | undefined

  constructor(
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
    hasJoined: boolean,
    options: CallerOptions | undefined
  ) {
    this.resolve = resolve
    this.reject = reject
    this.hasJoined = hasJoined
    this.signal = options?.signal
    this.deadlineAt = options?.deadlineAt ?? Infinity
    this.onAbort = undefined
  }
}

/**
 * A promise made to one or more callers, of one execution.
 *
 * waiting → started → settled. A caller may give up while the call is waiting; once it has started, every caller that
 * is left gets the real answer.
 */
export class Call<T> {
  #callers: Caller<T>[] = NOBODY
  #isStarted = false
  #isSettled = false
  readonly #onAnswered: (count: number) => void
  readonly #onSettled: (() => void) | undefined

  /**
   * @param onAnswered told how many callers were just answered, in whatever way
   * @param onSettled told once, when nobody can join any more
   */
  constructor(onAnswered: (count: number) => void, onSettled?: () => void) {
    this.#onAnswered = onAnswered
    this.#onSettled = onSettled
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  wait(options: CallerOptions | undefined, hasJoined: boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const caller = new Caller(resolve, reject, hasJoined, options)
      // Nearly every call has one caller: an array made for it is smaller than one that has grown.
      this.#callers = this.#callers.length === 0 ? [caller] : [...this.#callers, caller]
      const { signal } = caller
      if (signal === undefined) return
      caller.onAbort = () => this.#giveUp(caller)
      signal.addEventListener('abort', caller.onAbort, { once: true })
    })
  }

  /** Starts the call, unless nobody waits for it any more. */
  begin(now: number): boolean {
    this.#isStarted = true
    for (const caller of this.#callers) {
      if (caller.deadlineAt > now) continue
      this.#remove(caller)
      caller.reject(new CommandCancelledError('deadline'))
    }
    if (this.#callers.length > 0) return true
    this.#settle()
    return false
  }

  resolve(answerFor: (hasJoined: boolean) => T): void {
    for (const caller of this.#takeAll()) caller.resolve(answerFor(caller.hasJoined))
  }

  reject(error: unknown): void {
    for (const caller of this.#takeAll()) caller.reject(error)
  }

  #settle(): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#onSettled?.()
  }

  #giveUp(caller: Caller<T>): void {
    if (this.#isStarted || !this.#callers.includes(caller)) return
    this.#remove(caller)
    caller.reject(new CommandCancelledError('signal', { cause: caller.signal?.reason }))
    // Nobody may join a call that nobody waits for: it keeps no place in the order.
    if (this.#callers.length === 0) this.#settle()
  }

  #remove(caller: Caller<T>): void {
    this.#callers = this.#callers.filter(other => other !== caller)
    forget(caller)
    this.#onAnswered(1)
  }

  #takeAll(): readonly Caller<T>[] {
    const callers = this.#callers
    this.#callers = NOBODY
    this.#settle()
    for (const caller of callers) forget(caller)
    if (callers.length > 0) this.#onAnswered(callers.length)
    return callers
  }
}

function forget<T>({ signal, onAbort }: Caller<T>): void {
  if (onAbort) signal?.removeEventListener('abort', onAbort)
}

const NOBODY: never[] = []
