import { constants } from 'node:os'
import { callbackField } from '../domain/callable.js'
import { InvalidRequestError } from '../domain/errors.js'
import { show } from '../domain/show.js'
import { fieldsOf, itemsOf } from '../domain/known-fields.js'
import { warn } from '../observability/safely.js'
import { integerField } from './fields.js'
import type { PaymentProcessor } from './payment-processor.js'
import { clearTimeout, monotonicMs, setImmediate, setTimeout } from '../timers.js'
import { CLOSE_ON_SIGNALS_OPTIONS } from './shapes.js'

export interface CloseOnSignalsOptions {
  /** Which signals ask for the end. @default ['SIGTERM', 'SIGINT'] */
  readonly signals?: readonly NodeJS.Signals[]
  /**
   * Runs once, before the processor closes, and is waited for: stop what feeds the processor here, such as an HTTP
   * server. Meanwhile the processor answers as ever. If it throws or rejects, a process warning says so and the
   * processor is closed all the same. @default none
   */
  readonly before?: (signal: NodeJS.Signals) => unknown
  /**
   * How long `before` and draining may take together, in milliseconds, 0 … 2^31−1; then the processor is aborted. Stay
   * below what the service manager waits before it kills. @default 10_000
   */
  readonly deadlineMs?: number
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
const SIGNALS_MAX = Object.keys(constants.signals).length
const DEADLINE_MS = 10_000
/** `setTimeout` fires at once beyond it. */
const TIMER_MAX = 2 ** 31 - 1
/** A terminal sends Ctrl-C to everyone, and npm passes it on once more: that is one wish, not two. */
const SAME_WISH_MS = 500
/** How long an abort may take when the disk does not answer, before the process ends without it. */
const ABORT_MS = 2_000

/**
 * Closes a processor when the process is asked to end, and sees to it that the process does end.
 *
 *     listening → preparing → draining → closed      everything taken was answered: the exit code stays what it was
 *                     └───────────┴────→ aborting    the deadline came, or a second signal: 128 + the signal's number
 *
 * After a clean drain the process ends as soon as nothing keeps it alive, and at the deadline at the latest.
 *
 * @returns stops listening; a shutdown that has begun goes on
 */
export function closeOnSignals(
  processor: Pick<PaymentProcessor, 'close' | 'abort'>,
  options?: CloseOnSignalsOptions
): () => void {
  const { signals: wanted, before, deadlineMs = DEADLINE_MS } = fieldsOf(options, CLOSE_ON_SIGNALS_OPTIONS)
  integerField(deadlineMs, 'deadlineMs', { min: 0, max: TIMER_MAX })
  if (before !== undefined) callbackField(before, 'before')
  const signals = wanted === undefined ? SIGNALS : signalsField(wanted)
  let begunAt: number | undefined
  let isAborting = false

  for (const signal of signals) process.on(signal, onSignal)
  return stopListening

  function stopListening(): void {
    for (const signal of signals) process.off(signal, onSignal)
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (begunAt === undefined) void end(signal)
    else if (monotonicMs() - begunAt > SAME_WISH_MS) abort(signal)
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    begunAt = monotonicMs()
    const deadline = setTimeout(() => abort(signal), deadlineMs)
    await prepare(signal)
    if (isAborting) return
    try {
      await processor.close()
      if (!isAborting) leaveInTime(begunAt + deadlineMs)
    } catch (error) {
      warn('Closing the ledger', error)
      if (!isAborting) exit(signal)
    } finally {
      clearTimeout(deadline)
    }
  }

  async function prepare(signal: NodeJS.Signals): Promise<void> {
    try {
      await before?.(signal)
    } catch (error) {
      warn('before of closeOnSignals', error)
    }
  }

  /** The process ends by itself; at the deadline it is ended. */
  function leaveInTime(deadlineAt: number): void {
    stopListening()
    setTimeout(() => process.exit(), Math.max(0, deadlineAt - monotonicMs())).unref()
  }

  function abort(signal: NodeJS.Signals): void {
    if (isAborting) return
    isAborting = true
    const leave = () => exit(signal)
    setTimeout(leave, ABORT_MS)
    processor.abort(new Error(`The process got ${signal}.`)).then(leave, leave)
  }

  function exit(signal: NodeJS.Signals): void {
    stopListening()
    // The callers that were settled just now get a turn to say so.
    setImmediate(() => process.exit(128 + constants.signals[signal]))
  }
}

/** Those that a process can listen to, copied. @throws InvalidRequestError */
function signalsField(value: unknown): readonly NodeJS.Signals[] {
  return itemsOf(value, 'signals', { min: 1, max: SIGNALS_MAX }).map(signalNameField)
}

function signalNameField(value: unknown): NodeJS.Signals {
  const isKnown = typeof value === 'string' && Object.hasOwn(constants.signals, value)
  if (isKnown && value !== 'SIGKILL' && value !== 'SIGSTOP') return value as NodeJS.Signals
  throw new InvalidRequestError(`Expected signals that a process can listen to, got ${show(value)}.`)
}
