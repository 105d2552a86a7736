import type { AccountResult, PaymentProcessor } from '../index.js'
import { balanceCheck, type BalanceCheck } from './balance-check.js'
import type { CsvLine } from './csv-lines.js'
import { parseRow, quoted, type CsvHeader, type CsvRow } from './csv-row.js'
import type { ImportCsvOptions } from './import-csv.js'
import { ImportTally } from './import-report.js'
import { sequenceSet } from './sequence-set.js'
import { accountOutcome, rowOutcome, settled, submitRow, type Settled, type SubmittedRow } from './submit-row.js'

/** A line between its submission and its answer. */
export type StartedLine = { readonly line: CsvLine } & ({ readonly reason: string } | StartedRow)

interface StartedRow {
  readonly row: CsvRow
  readonly account: ImportedAccount
  readonly submitted: SubmittedRow
}

interface ImportedAccount {
  readonly creation: Promise<Settled<AccountResult>>
  readonly check: BalanceCheck
  isCounted: boolean
}

/** One pass over a file: `start` every line in order, `finish` each in the same order, then `compareFinalBalances`. */
export class ImportRun {
  readonly tally = new ImportTally()
  readonly #processor: PaymentProcessor
  readonly #options: ImportCsvOptions
  readonly #accounts = new Map<string, ImportedAccount>()
  readonly #seen = sequenceSet()

  constructor(processor: PaymentProcessor, options: ImportCsvOptions) {
    this.#processor = processor
    this.#options = options
  }

  start(header: CsvHeader, line: CsvLine): StartedLine {
    if ('reason' in line) return { line, reason: line.reason }
    const row = parseRow(header, line.line, line.fields)
    if ('reason' in row) return { line, reason: row.reason }
    const account = this.#account(row.accountId)
    return { line, row, account, submitted: submitRow(this.#processor, row, this.#options.currency) }
  }

  /** Nobody waits for the creation before submitting the row: the queue executes them in this order. */
  #account(accountId: string): ImportedAccount {
    const known = this.#accounts.get(accountId)
    if (known !== undefined) return known
    const { currency, overdraftLimit = 0n } = this.#options
    const creation = settled(this.#processor.createAccount({ accountId, currency, overdraftLimit }))
    const account = { creation, check: balanceCheck(), isCounted: false }
    this.#accounts.set(accountId, account)
    return account
  }

  async finish(started: StartedLine): Promise<void> {
    const { line, bytes } = started.line
    const reason = 'reason' in started ? started.reason : await this.#finishRow(started)
    if (reason !== undefined) this.tally.badLines.add({ line, reason })
    this.#options.onProgress?.({ line, bytes, report: this.tally })
  }

  /** Resolves with the reason why the row could not be imported, if there is one. */
  async #finishRow({ row, account, submitted }: StartedRow): Promise<string | undefined> {
    const unusable = await this.#countAccount(row.accountId, account)
    if (unusable !== undefined) return unusable
    const outcome = rowOutcome(row, await submitted.answer)
    if (outcome.type === 'bad') return outcome.reason
    if (outcome.sequence !== undefined && !this.#seen.add(outcome.sequence)) {
      return `expected a transactionId of its own, got ${quoted(row.transactionId)}, which is on an earlier line`
    }
    if (row.balanceAfter !== undefined) this.tally.told(row.balanceAfter)
    if (outcome.type === 'declined') {
      const { code, message } = outcome
      this.tally.declined.add({ line: row.line, accountId: row.accountId, code, message })
      account.check.declined(row)
      return undefined
    }
    account.check.executed(row)
    if (outcome.replayed) this.tally.replayed += 1
    else await this.#countImported(account, submitted)
    return undefined
  }

  /** After a replay the account stands where its last row left it; only a row that moved money now can be compared. */
  async #countImported(account: ImportedAccount, { balance }: SubmittedRow): Promise<void> {
    this.tally.imported += 1
    if (balance === undefined) return
    const settledBalance = await balance
    if ('error' in settledBalance) throw settledBalance.error
    this.tally.runningBalances.compare(account.check.running(settledBalance.value.posted))
  }

  async #countAccount(accountId: string, account: ImportedAccount): Promise<string | undefined> {
    if (account.isCounted) return undefined
    const outcome = accountOutcome(await account.creation)
    if (typeof outcome === 'object') {
      this.#accounts.delete(accountId)
      return outcome.reason
    }
    account.isCounted = true
    if (outcome === 'created') this.tally.accountsCreated += 1
    else this.tally.accountsFound += 1
    return undefined
  }

  /** @param pageSize How many balances to ask for at once. */
  async compareFinalBalances(pageSize: number): Promise<void> {
    const told = [...this.#accounts].filter(([, { check }]) => check.hasFinal)
    for (let from = 0; from < told.length; from += pageSize) {
      const page = told.slice(from, from + pageSize)
      const balances = await Promise.all(page.map(([accountId]) => this.#processor.getBalance(accountId)))
      page.forEach(([, { check }], index) => {
        this.tally.finalBalances.compare(check.final(balances[index]!.posted))
      })
    }
  }
}
