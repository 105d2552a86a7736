import type { AccountResult, PaymentProcessor, PaymentResult } from '../../index.js'
import { balanceCheck, type BalanceCheck } from './balance-check.js'
import { itemsToBook, refusalOf, takenReason, type CheckedFile } from './check.js'
import type { FileItem } from './import-file.js'
import { ImportTally, type ImportReport } from './import-report.js'
import { planAccounts, type AccountPlan } from './openings.js'
import type { ImportRow } from './row.js'
import { ImportFileError, type ImportSettings } from './settings.js'
import {
  accountOutcome,
  openingProblem,
  settled,
  submitRow,
  type RowOutcome,
  type Settled,
  type SubmittedRow
} from './submit-row.js'

export interface BookOptions {
  /** Rows waiting for their answer, up to three calls each: stay below a third of `maxQueueLength`. @default 1_000 */
  readonly inFlightMax?: number
  /** Aborting it ends the import after the rows in flight; running it again goes on from there. */
  readonly signal?: AbortSignal
  /** Called after every row, in the order of booking. */
  readonly onProgress?: (progress: BookingProgress) => void
}

export interface BookingProgress {
  /** Rows that have their answer, bad ones included. */
  readonly rows: number
  readonly line: number
  /** How much of the file they are. */
  readonly bytes: number
  readonly report: ImportReport
}

/** A row between its submission and its answer. */
type StartedItem = { readonly line: number; readonly bytes: number } & ({ readonly reason: string } | StartedRow)

interface StartedRow {
  readonly row: ImportRow
  readonly account: ImportedAccount
  readonly submitted: SubmittedRow
}

interface ImportedAccount {
  readonly creation: Promise<Settled<AccountResult>>
  /** Of the opening balance, where it is a movement of its own. */
  readonly opening: Promise<Settled<PaymentResult>> | undefined
  readonly check: BalanceCheck
  isCounted: boolean
  /** Whether a row came later than its place in the file, so that balances in between cannot be compared. */
  isOutOfOrder: boolean
}

export interface BookingJob extends BookOptions {
  readonly checked: CheckedFile
  readonly settings: ImportSettings
}

/**
 * Books a checked file: the second reading. Rows of one account keep their order.
 * Rejects with `ImportFileError` where the accounts, or a file that has changed, forbid to begin; nothing was booked then.
 */
export async function bookFile(processor: PaymentProcessor, job: BookingJob): Promise<ImportReport> {
  const { checked, settings, inFlightMax = 1_000, signal } = job
  const startedAt = performance.now()
  await checked.source.assertUnchanged()
  const plan = await planAccounts(checked, settings, processor)
  if (plan.refusals.length > 0) throw new ImportFileError(plan.refusals.join(' '))
  const booking = new Booking(processor, job, plan)
  await booking.raiseLimits()
  const waiting: StartedItem[] = []
  for await (const item of itemsToBook(checked)) {
    if (signal?.aborted) break
    if ('told' in item) continue
    // Taking the answers oldest first keeps the report in the order of booking.
    if (waiting.length >= inFlightMax) await booking.finish(waiting.shift()!)
    waiting.push(booking.start(item))
  }
  for (const started of waiting) await booking.finish(started)
  await booking.compareFinalBalances(inFlightMax)
  booking.tally.interrupted = signal?.aborted ?? false
  booking.tally.elapsedMs = performance.now() - startedAt
  return booking.tally
}

class Booking {
  readonly tally: ImportTally
  readonly #processor: PaymentProcessor
  readonly #job: BookingJob
  readonly #plan: AccountPlan
  readonly #accounts = new Map<string, ImportedAccount>()
  #finished = 0

  constructor(processor: PaymentProcessor, job: BookingJob, plan: AccountPlan) {
    this.#processor = processor
    this.#job = job
    this.#plan = plan
    this.tally = new ImportTally(job.checked.report, plan.overdraftNeeded)
  }

  /** Each under a key of this moment, since a limit may be lowered again afterwards. */
  async raiseLimits(): Promise<void> {
    const { settings } = this.#job
    for (const accountId of this.#plan.limitsToRaise) {
      const { sequence } = await this.#processor.getBalance(accountId)
      const raised = await this.#processor.setAccountLimits({
        accountId,
        overdraftLimit: settings.overdraftLimit ?? 0n,
        idempotencyKey: `csv@overdraft:${sequence}`
      })
      if (raised.success) this.tally.limitsRaised += 1
    }
  }

  start(item: Exclude<FileItem, { told: unknown }>): StartedItem {
    const place = { line: item.line, bytes: this.#bytesTo(item) }
    if ('reason' in item) return { ...place, reason: item.reason }
    const { row, ordinal } = item
    const refusal = refusalOf(row)
    if (refusal !== undefined) return { ...place, reason: refusal }
    const keys = this.#job.checked.identities.keysOf(row, ordinal)
    if (keys === undefined) return { ...place, reason: takenReason(row) }
    const account = this.#account(row.accountId)
    const { currency } = this.#job.settings
    return { ...place, row, account, submitted: submitRow(this.#processor, { row, keys, currency }) }
  }

  #bytesTo({ bytes }: { bytes: number }): number {
    const { direction, source } = this.#job.checked
    return direction === 'newest-first' ? source.bytes - bytes : bytes
  }

  /** Nobody waits for the creation before submitting the row: the queue executes them in this order. */
  #account(accountId: string): ImportedAccount {
    const known = this.#accounts.get(accountId)
    if (known !== undefined) return known
    const account = { ...this.#open(accountId), check: balanceCheck(), isCounted: false, isOutOfOrder: false }
    this.#accounts.set(accountId, account)
    return account
  }

  /** Where the ledger has the account, and for less than nothing, the opening balance is a movement of its own. */
  #open(accountId: string): Pick<ImportedAccount, 'creation' | 'opening'> {
    const { currency, overdraftLimit = 0n } = this.#job.settings
    const { balance, isNew } = this.#plan.openings.get(accountId) ?? { balance: 0n, isNew: true }
    const initialBalance = isNew && balance > 0n ? balance : 0n
    const creation = settled(this.#processor.createAccount({ accountId, currency, overdraftLimit, initialBalance }))
    if (balance === initialBalance) return { creation, opening: undefined }
    const isNegative = balance < 0n
    const request = {
      accountId,
      currency,
      amount: isNegative ? -balance : balance,
      idempotencyKey: 'csv@opening',
      metadata: { operation: 'opening balance' }
    }
    const opening = isNegative ? this.#processor.processPayment(request) : this.#processor.deposit(request)
    return { creation, opening: settled(opening) }
  }

  async finish(started: StartedItem): Promise<void> {
    const { line, bytes } = started
    const reason = 'reason' in started ? started.reason : await this.#finishRow(started)
    if (reason !== undefined) this.tally.badRows.add({ line, reason })
    this.#finished += 1
    this.#job.onProgress?.({ rows: this.#finished, line, bytes, report: this.tally })
  }

  /** Resolves with the reason why the row could not be imported, if there is one. */
  async #finishRow({ row, account, submitted }: StartedRow): Promise<string | undefined> {
    const unusable = await this.#countAccount(row.accountId, account)
    const outcome = valueOf(await submitted.outcome)
    // The row was in the queue before anything was known of the account: money that moved is counted first.
    if (outcome.type === 'executed') {
      await this.#countExecuted({ row, account, submitted }, outcome)
      return undefined
    }
    if (unusable !== undefined) return unusable
    if (outcome.type === 'bad') return outcome.reason
    const { code, message } = outcome
    this.tally.declined.add({ line: row.line, accountId: row.accountId, code, message })
    this.tally.sums.declined.add(row)
    account.check.declined(row)
    return undefined
  }

  async #countExecuted({ row, account, submitted }: StartedRow, outcome: Extract<RowOutcome, { type: 'executed' }>) {
    account.check.executed(row)
    if (outcome.replayed) {
      this.tally.replayed += 1
      this.tally.sums.replayed.add(row)
      return
    }
    this.tally.imported += 1
    this.tally.sums.imported.add(row)
    if (outcome.isLate) {
      this.tally.healed += 1
      account.isOutOfOrder = true
    }
    // After a replay the account stands where its last row left it; only a row that moved money now can be compared.
    if (submitted.balance === undefined || account.isOutOfOrder) return
    const { posted } = valueOf(await submitted.balance)
    this.tally.runningBalances.note(account.check.running(posted))
  }

  async #countAccount(accountId: string, account: ImportedAccount): Promise<string | undefined> {
    if (account.isCounted) return undefined
    const outcome = accountOutcome(await account.creation)
    if (typeof outcome === 'object') {
      this.#accounts.delete(accountId)
      return outcome.reason
    }
    account.isCounted = true
    await this.#countOpening(accountId, account)
    if (outcome === 'created') this.tally.accountsCreated += 1
    else this.tally.accountsFound += 1
    return undefined
  }

  async #countOpening(accountId: string, { opening }: ImportedAccount): Promise<void> {
    const planned = this.#plan.openings.get(accountId)
    if (planned === undefined) return
    const { balance } = planned
    const reason = opening && openingProblem(await opening)
    if (reason === undefined) this.tally.openings.add(balance)
    else this.tally.openingsRefused.add({ accountId, balance, reason })
  }

  /** @param pageSize How many balances to ask for at once. */
  async compareFinalBalances(pageSize: number): Promise<void> {
    const { checked } = this.#job
    const told = [...this.#accounts].flatMap(([accountId, { check }]) => {
      const final = check.final(checked.accounts.get(accountId)?.closing(checked.direction))
      return final === undefined ? [] : [{ accountId, final }]
    })
    for (let from = 0; from < told.length; from += pageSize) {
      const page = told.slice(from, from + pageSize)
      const balances = await Promise.all(page.map(({ accountId }) => this.#processor.getBalance(accountId)))
      page.forEach(({ final }, index) => this.tally.finalBalances.note(final.compare(balances[index]!.posted)))
    }
  }
}

function valueOf<T>(answer: Settled<T>): T {
  if ('error' in answer) throw answer.error
  return answer.value
}
