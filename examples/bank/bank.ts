import { EXIT, UsageError } from '../../lib/cli/exit-code.js'
import { tolerateClosedPipe, type Streams } from '../../lib/cli/output.js'
import { bankArguments, HELP } from './arguments.js'
import { CannotStartError } from './exit.js'
import { runBank } from './run-bank.js'

/** The program of `npm start`. Resolves with the exit code; whatever goes wrong is told on `stderr`. */
export async function bank(args: readonly string[], output: Streams): Promise<number> {
  // The import goes on to its end, whoever has stopped reading.
  tolerateClosedPipe(output.stdout)
  tolerateClosedPipe(output.stderr)
  try {
    const request = bankArguments(args)
    if (request !== 'help') return await runBank(request, output)
    output.stdout.write(HELP)
    return EXIT.ok
  } catch (error) {
    if (error instanceof UsageError) return failed(EXIT.cannotStart, [error.message, 'See npm start -- --help.'])
    if (error instanceof CannotStartError) return failed(EXIT.cannotStart, messages(error.cause))
    return failed(EXIT.attention, [...messages(error), 'What was imported is kept; run it again to go on from there.'])
  }

  function failed(exitCode: number, lines: readonly string[]): number {
    for (const line of lines) output.stderr.write(`${line}\n`)
    return exitCode
  }
}

/** What happened, then why, then why that. */
function messages(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)]
  return error.cause === undefined ? [error.message] : [error.message, ...messages(error.cause)]
}
