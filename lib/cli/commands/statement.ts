import { AccountNotFoundError, formatMoney, type Account } from '../../index.js'
import { time } from '../arguments.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT, UsageError } from '../exit-code.js'
import { labelled } from '../layout.js'
import { statementLines, type Period, type StatementLine } from '../statement-lines.js'

export const statement: CliCommand = {
  name: 'statement',
  summary: 'opening balance, every movement, and closing balance of an account',
  positionals: ['ledger', 'account'],
  options: [
    {
      name: 'from',
      value: 'TIME',
      help: 'the first moment that belongs to it: a day (UTC), or a moment with its offset'
    },
    { name: 'to', value: 'TIME', help: 'the first moment that no longer belongs to it' }
  ],
  notes:
    'A line has: recorded time, kind, amount, balance, idempotency key, and whom the money came from or went to. What an\n' +
    'authorization holds has not moved, so it has no line.',
  async run({ positionals: [path, named], text, output }) {
    const timeOf = (option: string, value = text(option)) =>
      value === undefined ? undefined : time(`--${option}`, value)
    const asked = { from: timeOf('from'), to: timeOf('to') }
    await using reader = await readLedger(path!)
    const account = await reader.getAccount(named!)
    const period = periodOf(account, asked)
    if (!output.isJson) await output.answer(undefined, () => headings(account, period))
    let sum: bigint | undefined
    for await (const line of statementLines(reader, account, period)) {
      await output.answer(line, () => [textOf(line)])
      if (output.readerLeft.aborted) return EXIT.ok
      if (line.line === 'closing' && sum !== line.balance) {
        output.note(`The lines add up to ${sum} minor units and not to the balance. Run: bursar verify`)
        return EXIT.attention
      }
      sum = line.balance
    }
    return EXIT.ok
  }
}

/** Begins no earlier than the account and ends no later than now: nobody knows a balance of the future. */
function periodOf({ accountId, createdAt }: Account, { from, to }: Period): Period {
  const now = new Date()
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UsageError(`Expected --from to be before --to, got ${from.toISOString()} and ${to.toISOString()}.`)
  }
  if (from !== undefined && from > now) {
    throw new UsageError(`Expected --from to be in the past, got ${from.toISOString()}.`)
  }
  if (to !== undefined && to <= createdAt) {
    const what = `did not exist yet before ${to.toISOString()}. It exists since ${createdAt.toISOString()}.`
    throw new AccountNotFoundError(accountId, what)
  }
  return {
    from: from !== undefined && from > createdAt ? from : undefined,
    to: to !== undefined && to < now ? to : undefined
  }
}

function headings({ accountId, currency, createdAt }: Account, { from, to }: Period): readonly string[] {
  return [
    labelled('Account', accountId),
    labelled('Currency', currency),
    labelled('From', (from ?? createdAt).toISOString()),
    labelled('To', to?.toISOString() ?? 'now'),
    '',
    laidOut(['Time', 'What', 'Amount', 'Balance', 'Key', 'From or to'])
  ]
}

const WIDTHS = [24, 15, 16, 16, 20] as const

function laidOut(columns: readonly string[]): string {
  return columns
    .map((column, index) => {
      const isNumber = index === 2 || index === 3
      return isNumber ? column.padStart(WIDTHS[index]!) : column.padEnd(WIDTHS[index] ?? 0)
    })
    .join('  ')
    .trimEnd()
}

function textOf({ line, at, amount, balance, idempotencyKey, counterparties = [], currency }: StatementLine): string {
  return laidOut([
    at.toISOString(),
    line,
    amount === null ? '' : formatMoney(amount, currency),
    formatMoney(balance, currency),
    idempotencyKey ?? '',
    counterparties.join(', ')
  ])
}
