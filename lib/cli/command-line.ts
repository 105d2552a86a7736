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
import type { CliCommand } from './command.js'
import { COMMANDS } from './commands.js'
import { EXIT, UsageError, type ExitCode } from './exit-code.js'
import { commandHelp, generalHelp, groupHelp } from './help.js'
import { Output, type Streams } from './output.js'
import { parseRequest } from './request.js'
import { unknownCommand } from './unknown-command.js'
import { installedVersion } from './version.js'

/** The program `bursar`. Resolves with the exit code; whatever goes wrong is told on `stderr`. */
export async function commandLine(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  const output = new Output(streams, options.includes('--json'))
  const words = args[0] === '--json' ? args.slice(1) : args
  const command = commandNamed(words)
  try {
    return command === undefined ? await withoutCommand(words, output) : await run(command, words, output)
  } catch (error) {
    output.failure(error)
    if (error instanceof UsageError && !output.isJson) {
      output.note(`See bursar ${command === undefined ? '--help' : `help ${command.name}`}.`)
    }
    return exitCodeOf(error)
  }
}

async function run(command: CliCommand, words: readonly string[], output: Output): Promise<ExitCode> {
  const request = parseRequest(command, words.slice(wordsOf(command.name)))
  if (!request.isSet('help')) return command.run({ ...request, output })
  return print(commandHelp(command), output)
}

async function withoutCommand(words: readonly string[], output: Output): Promise<ExitCode> {
  const [first, ...rest] = words
  if (first === undefined) {
    await print(generalHelp(), output)
    return EXIT.cannotStart
  }
  if (first === '--version') {
    const version = installedVersion()
    await output.answer({ version }, () => [version])
    return EXIT.ok
  }
  if (['help', '--help', '-h'].includes(first)) return print(helpOn(rest), output)
  throw unknownCommand(words, COMMANDS)
}

function helpOn(words: readonly string[]): string {
  const [first] = words
  if (first === undefined || first.startsWith('-')) return generalHelp()
  const command = commandNamed(words)
  if (command !== undefined) return commandHelp(command)
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `))
  if (group.length > 0 && words.length === 1) return groupHelp(group)
  throw unknownCommand(words, COMMANDS)
}

function commandNamed(words: readonly string[]): CliCommand | undefined {
  return COMMANDS.find(({ name }) => name === words.slice(0, wordsOf(name)).join(' '))
}

function wordsOf(name: string): number {
  return name.split(' ').length
}

async function print(text: string, output: Output): Promise<ExitCode> {
  await output.answer(text, () => text.split('\n'))
  return EXIT.ok
}

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
