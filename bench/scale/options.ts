import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT_ROOT } from '../bench-root.js'

export interface ScaleOptions {
  readonly accounts: number
  /** Payments, each of them one transaction. */
  readonly transactions: number
  /** The ledger file. A ledger for throughput on an empty file is made beside it, and removed. */
  readonly path: string
}

const DEFAULTS = { accounts: 1_000_000, transactions: 10_000_000 }
const MAX = 1_000_000_000

export const USAGE = `Usage: npm run scale -- [options]

Builds a ledger of many accounts and payments through the public interface, checks every balance, and measures what must
not depend on size: space per transaction, opening, memory, throughput, refunds and replays of the oldest. The default
takes about a quarter of an hour and 7 GB. Running it again goes on with a file that is not complete, and only measures
one that is.

  --accounts <n>       accounts to open (default: ${DEFAULTS.accounts})
  --transactions <n>   payments to make (default: ${DEFAULTS.transactions})
  --path <file>        the ledger file (default: .tmp/scale/<accounts>-<transactions>.db)
  --help               print this

Exit code: 0 when every verdict is met, 1 otherwise.
`

export function parseScaleOptions(args: readonly string[]): ScaleOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      accounts: { type: 'string' },
      transactions: { type: 'string' },
      path: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) return 'help'
  const accounts = wholeNumber('accounts', values.accounts, DEFAULTS.accounts)
  const transactions = wholeNumber('transactions', values.transactions, DEFAULTS.transactions)
  const path = values.path ?? join(PROJECT_ROOT, '.tmp', 'scale', `${accounts}-${transactions}.db`)
  return { accounts, transactions, path }
}

function wholeNumber(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > MAX) {
    throw new RangeError(`Expected --${option} to be a whole number from 1 to ${MAX}, got ${JSON.stringify(text)}.`)
  }
  return value
}
