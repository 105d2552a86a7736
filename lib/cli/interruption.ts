import { EXIT, type ExitCode } from './exit-code.js'

/** Ctrl-C and termination, as a signal that the program follows at its own pace. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal
  /** Of the signal that came. */
  readonly exitCode: ExitCode
}

/** npm passes on the Ctrl-C that the terminal has sent to everyone, so one key stroke may arrive twice. */
const SAME_KEY_STROKE_MS = 1_000

/** The first signal asks for an orderly end; one more, well after it, ends the process on the spot. */
export function interruption(): Interruption {
  const controller = new AbortController()
  let exitCode: ExitCode = EXIT.interrupted
  let firstAt: number | undefined
  const onInterrupt = () => onSignal(EXIT.interrupted)
  const onTerminate = () => onSignal(EXIT.terminated)
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
    [Symbol.dispose]() {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
    }
  }

  function onSignal(code: ExitCode): void {
    if (firstAt === undefined) {
      firstAt = performance.now()
      exitCode = code
      controller.abort()
    } else if (performance.now() - firstAt > SAME_KEY_STROKE_MS) {
      process.exit(code)
    }
  }
}
