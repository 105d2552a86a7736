import {
  AccountNotFoundError,
  BackupTargetExistsError,
  InvalidAmountError,
  InvalidRequestError,
  StoreFormatError,
  StoreLockedError,
  TransactionNotFoundError
} from '../index.js'
import { COMMON_OPTIONS, helpOf, parseRequest } from './command.js'
import { COMMANDS } from './commands.js'
import { EXIT, UsageError, type ExitCode } from './exit-code.js'
import { Output, type Streams } from './output.js'

/** The program `bursar`. Resolves with the exit code; whatever goes wrong is told on `stderr`. */
export async function commandLine(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const [name, ...rest] = args
  const output = new Output(streams, rest.includes('--json'))
  try {
    return await run(name, rest, output)
  } catch (error) {
    if (output.readerLeft.aborted && (error as { code?: unknown } | undefined)?.code === 'EPIPE') return EXIT.ok
    output.failure(error)
    if (error instanceof UsageError && !output.isJson) output.note('See bursar --help.')
    return exitCodeOf(error)
  }
}

async function run(name: string | undefined, args: readonly string[], output: Output): Promise<ExitCode> {
  if (name === undefined || name === '--help' || name === 'help') {
    for (const line of HELP.split('\n')) await output.answer(line, () => [line])
    return name === undefined ? EXIT.cannotStart : EXIT.ok
  }
  const command = COMMANDS.find(candidate => candidate.name === name)
  if (command === undefined) {
    throw new UsageError(
      `Expected one of ${COMMANDS.map(known => known.name).join(', ')}, got ${JSON.stringify(name)}.`
    )
  }
  const request = parseRequest(command, args)
  if (!request.isSet('help')) return command.run({ ...request, output })
  await output.answer(helpOf(command), () => helpOf(command).split('\n'))
  return EXIT.ok
}

const NAME_WIDTH = 14

const HELP = `Usage: bursar <command> <ledger> [arguments] [options]

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)} ${summary}`).join('\n')}

Options of every command:
${COMMON_OPTIONS.map(({ name, help }) => `  ${`--${name}`.padEnd(NAME_WIDTH)} ${help}`).join('\n')}

The ledger is the path of its file. Commands that only read work beside a running processor and change nothing.

Exit code:
  0    done, and all is well
  1    done, and something needs a look: a problem was found, or a row was declined; or stopped by a failure
  2    nothing was done: wrong arguments, or the ledger or a file cannot be used
  130  interrupted (143 when terminated)`

/** Errors that were raised before anything was done. */
const CANNOT_START = [
  UsageError,
  InvalidRequestError,
  InvalidAmountError,
  StoreFormatError,
  StoreLockedError,
  BackupTargetExistsError,
  AccountNotFoundError,
  TransactionNotFoundError
] as const

/** Of the system, about a file that was named. */
const UNUSABLE_FILE = ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR']

function exitCodeOf(error: unknown): ExitCode {
  const { code } = (error ?? {}) as { readonly code?: string }
  const cannotStart = CANNOT_START.some(kind => error instanceof kind) || UNUSABLE_FILE.includes(code ?? '')
  return cannotStart ? EXIT.cannotStart : EXIT.attention
}
