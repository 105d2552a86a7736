import {
  AccountNotFoundError,
  BackupTargetExistsError,
  DeadLetterNotFoundError,
  InvalidAmountError,
  InvalidRequestError,
  StoreExistsError,
  StoreFormatError,
  StoreLockedError,
  StoreNotFoundError,
  TransactionNotFoundError
} from '../index.js'
import { COMMON_OPTIONS, helpOf, parseRequest } from './command.js'
import { COMMANDS } from './commands.js'
import { EXIT, UsageError, type ExitCode } from './exit-code.js'
import { Output, type Streams } from './output.js'

/** The program `bursar`. Resolves with the exit code; whatever goes wrong is told on `stderr`. */
export async function commandLine(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const output = new Output(streams, args.includes('--json'))
  try {
    return await run(args, output)
  } catch (error) {
    output.failure(error)
    if (error instanceof UsageError && !output.isJson) output.note('See bursar --help.')
    return exitCodeOf(error)
  }
}

async function run(args: readonly string[], output: Output): Promise<ExitCode> {
  const [first] = args
  if (first === undefined || first === '--help' || first === 'help') {
    await output.answer(HELP, () => HELP.split('\n'))
    return first === undefined ? EXIT.cannotStart : EXIT.ok
  }
  const command = COMMANDS.find(({ name }) => name === args.slice(0, wordsOf(name)).join(' '))
  if (command === undefined) {
    const names = COMMANDS.map(({ name }) => name).join(', ')
    throw new UsageError(`Expected one of ${names}, got ${JSON.stringify(first)}.`)
  }
  const request = parseRequest(command, args.slice(wordsOf(command.name)))
  if (!request.isSet('help')) return command.run({ ...request, output })
  const help = helpOf(command)
  await output.answer(help, () => help.split('\n'))
  return EXIT.ok
}

function wordsOf(name: string): number {
  return name.split(' ').length
}

const NAME_WIDTH = 22

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
  StoreExistsError,
  StoreFormatError,
  StoreLockedError,
  StoreNotFoundError,
  BackupTargetExistsError,
  AccountNotFoundError,
  DeadLetterNotFoundError,
  TransactionNotFoundError
] as const

/** Of the system, about a file that was named. */
const UNUSABLE_FILE = ['ENOENT', 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR']

function exitCodeOf(error: unknown): ExitCode {
  const { code } = (error ?? {}) as { readonly code?: string }
  const cannotStart = CANNOT_START.some(kind => error instanceof kind) || UNUSABLE_FILE.includes(code ?? '')
  return cannotStart ? EXIT.cannotStart : EXIT.attention
}
