import { basename, extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { AMOUNT_MAX } from 'bursar'
import { knownCurrency, wholeNumber } from '../../lib/cli/arguments.js'
import { UsageError } from '../../lib/cli/exit-code.js'
import { OVERDRAFT } from './customer.js'

/** What the program was asked to do. */
export interface BankArguments {
  /** The file to import; `undefined` to generate one. */
  readonly file: string | undefined
  readonly seed: number
  readonly rows: number
  readonly databasePath: string
  readonly currency: string
  /** Minor units. */
  readonly overdraftLimit: bigint
}

const FOLDER = '.tmp'
const DEFAULTS = { seed: 1, rows: 30_000, currency: 'CZK' } as const
const ROWS_MAX = 10_000_000

export const HELP = `Usage: npm start -- [FILE.csv] [options]

Imports a bank's deposits and payments into a Bursar ledger, each exactly once. Without FILE.csv a bank's year is
generated first. Running it again replays every key and moves no money.

FILE.csv names its columns in the first line: transactionId, accountId, kind (deposit or payment) and amount, and if
known date, operation and balanceAfter. Amounts are whole minor units. A transactionId is unique within its account.

Options:
  --overdraft N    how far below zero new accounts may go, in minor units
                   (default: 0 for a file, ${OVERDRAFT} for the generated bank)
  --db PATH        the database file (default: ${FOLDER}/<name of the CSV file>.db)
  --currency CODE  ISO 4217 code of every amount (default: ${DEFAULTS.currency})
  --seed N         which bank to generate (default: ${DEFAULTS.seed})
  --rows N         how many rows to generate (default: ${DEFAULTS.rows})
  --help           this text

Exit code:
  0    every row is in the ledger, every balance is what the file says, and the ledger verifies
  1    the import ended with bad lines, declined rows, balances that differ or problems in the ledger, or was stopped
       by a failure
  2    nothing was imported: wrong arguments, or the file or the database cannot be used
  130  interrupted (143 when terminated); running it again goes on from there
`

/** What the arguments ask for; `'help'` when they ask for that. Throws `UsageError` for arguments without a meaning. */
export function bankArguments(args: readonly string[]): BankArguments | 'help' {
  const { values, positionals } = parsed(args)
  if (values.help) return 'help'
  if (positionals.length > 1) throw new UsageError(`Expected one FILE.csv at most, got ${positionals.length}.`)
  const [file] = positionals
  if (file !== undefined && (values.seed !== undefined || values.rows !== undefined)) {
    throw new UsageError('Expected FILE.csv or --seed and --rows, got both: these are for the generated bank.')
  }
  const seed = Number(wholeNumber('--seed', values.seed ?? `${DEFAULTS.seed}`, { least: 0n, most: 2n ** 32n - 1n }))
  const rows = Number(wholeNumber('--rows', values.rows ?? `${DEFAULTS.rows}`, { least: 1n, most: BigInt(ROWS_MAX) }))
  const name = file === undefined ? `bank-${seed}-${rows}` : basename(file, extname(file))
  return {
    file,
    seed,
    rows,
    databasePath: values.db ?? join(FOLDER, `${name}.db`),
    currency: knownCurrency(values.currency ?? DEFAULTS.currency),
    overdraftLimit: wholeNumber('--overdraft', values.overdraft ?? `${file === undefined ? OVERDRAFT : 0n}`, {
      least: 0n,
      most: AMOUNT_MAX
    })
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        overdraft: { type: 'string' },
        db: { type: 'string' },
        currency: { type: 'string' },
        seed: { type: 'string' },
        rows: { type: 'string' },
        help: { type: 'boolean', short: 'h' }
      }
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
