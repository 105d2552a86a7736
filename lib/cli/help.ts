import { COMMON_OPTIONS, usageOf, type CliCommand, type CliOption } from './command.js'
import { COMMANDS } from './commands.js'

const NAME_WIDTH = 22

export const GENERAL_OPTIONS: readonly CliOption[] = [
  ...COMMON_OPTIONS,
  { name: 'version', help: 'the version of Bursar; before a command only' }
]

/** What the program does and which commands it has. */
export function generalHelp(): string {
  return `Usage: bursar <command> <ledger> [arguments] [options]

Commands:
${listed(COMMANDS).join('\n')}

Options of every command:
${optionLines(GENERAL_OPTIONS).join('\n')}

The ledger is the path of its file. Commands that only read work beside a running processor and change nothing.
bursar help <command> says what a command takes.

Exit code:
  0    done, and all is well
  1    done, and something needs a look: a problem was found, or a row was declined; or stopped by a failure
  2    nothing was done: wrong arguments, or the ledger or a file cannot be used
  130  interrupted (143 when terminated)`
}

/** Commands that share their first word. */
export function groupHelp(commands: readonly CliCommand[]): string {
  return ['Commands:', ...listed(commands), '', 'bursar help <command> says what a command takes.'].join('\n')
}

export function commandHelp(command: CliCommand): string {
  const { summary, options, notes } = command
  const optionList = ['Options:', ...optionLines([...options, ...COMMON_OPTIONS])].join('\n')
  const paragraphs = [`Usage: ${usageOf(command)}`, `${capitalized(summary)}.`, optionList]
  return [...paragraphs, ...(notes === undefined ? [] : [notes])].join('\n\n')
}

function listed(commands: readonly CliCommand[]): readonly string[] {
  return commands.map(({ name, summary }) => `  ${name.padEnd(NAME_WIDTH)} ${summary}`)
}

function optionLines(options: readonly CliOption[]): readonly string[] {
  return options.map(({ name, short, value, help }) => {
    const shown = [...(short === undefined ? [] : [`-${short}`]), `--${name}${value === undefined ? '' : ` ${value}`}`]
    return `  ${shown.join(', ').padEnd(NAME_WIDTH)} ${help}`
  })
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
