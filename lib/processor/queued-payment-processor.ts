import { takeCheckpoint, type Checkpoint } from '../audit/checkpoint.js'
import { verify, type VerificationReport, type VerifyOptions } from '../audit/verify.js'
import type { Command } from '../domain/command.js'
import { TransactionNotFoundError } from '../domain/errors.js'
import { fieldsOf } from '../domain/known-fields.js'
import {
  accountOf,
  balanceOf,
  type Account,
  type Balance,
  type CommandResult,
  type ResultOf
} from '../domain/result.js'
import { shownLifetimes, type KeyLifetimes } from '../domain/key-lifetimes.js'
import type { Events, ProcessorEvents } from '../observability/events.js'
import type { ClockState } from '../queue/clock.js'
import type { Worker } from '../queue/worker.js'
import type { BackupOptions, BackupReport, StoreSession } from '../store/store.js'
import { Backups } from './backups.js'
import { DeadLetterDesk, type DeadLetters } from './dead-letter-desk.js'
import { admit, admitSubmitted, type AdmissionRules } from './door.js'
import { existing } from './existing-account.js'
import { accountIdField, transactionIdField } from './fields.js'
import { History, type Transaction, transactionOf } from './history.js'
import type { Intake } from './intake.js'
import { JournalFeed } from './journal-feed.js'
import type {
  BalanceQuery,
  JournalQuery,
  PaymentProcessor,
  ProcessorStatus,
  SubmitOptions,
  TransactionQuery
} from './payment-processor.js'
import type * as Requests from './requests.js'
import { BALANCE_QUERY } from './shapes.js'
import { verifyOptions } from './verify-options.js'

interface Parts {
  readonly worker: Worker
  readonly session: StoreSession
  readonly intake: Intake
  readonly events: Events
  readonly rules: AdmissionRules
}

/** The public face over the one queue: commands go in at the intake, reads keep their order. */
export class QueuedPaymentProcessor implements PaymentProcessor {
  readonly deadLetters: DeadLetters
  readonly #worker: Worker
  readonly #session: StoreSession
  readonly #intake: Intake
  readonly #events: Events
  readonly #rules: AdmissionRules
  readonly #history: History
  readonly #backups: Backups
  readonly #reports = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor({ worker, session, intake, events, rules }: Parts) {
    this.#worker = worker
    this.#session = session
    this.#intake = intake
    this.deadLetters = new DeadLetterDesk({ intake, worker, session, rules })
    this.#events = events
    this.#rules = rules
    this.#backups = new Backups(session)
    this.#history = new History(session, accountId =>
      this.#intake.question({
        ...(accountId !== undefined && { accountId }),
        read: view => ({
          sequence: view.head.sequence,
          now: worker.time.now(),
          account: accountId === undefined ? undefined : existing(view, accountId)
        })
      })
    )
  }

  createAccount(request: Requests.CreateAccountRequest, options?: SubmitOptions) {
    return this.#take('CreateAccount', request, options)
  }

  processPayment(request: Requests.ProcessPaymentRequest, options?: SubmitOptions) {
    return this.#take('ProcessPayment', request, options)
  }

  refundPayment(request: Requests.RefundPaymentRequest, options?: SubmitOptions) {
    return this.#take('RefundPayment', request, options)
  }

  deposit(request: Requests.DepositRequest, options?: SubmitOptions) {
    return this.#take('Deposit', request, options)
  }

  transfer(request: Requests.TransferRequest, options?: SubmitOptions) {
    return this.#take('Transfer', request, options)
  }

  authorizePayment(request: Requests.AuthorizePaymentRequest, options?: SubmitOptions) {
    return this.#take('AuthorizePayment', request, options)
  }

  capturePayment(request: Requests.CapturePaymentRequest, options?: SubmitOptions) {
    return this.#take('CapturePayment', request, options)
  }

  voidPayment(request: Requests.VoidPaymentRequest, options?: SubmitOptions) {
    return this.#take('VoidPayment', request, options)
  }

  postTransaction(request: Requests.PostTransactionRequest, options?: SubmitOptions) {
    return this.#take('PostTransaction', request, options)
  }

  setAccountLimits(request: Requests.SetAccountLimitsRequest, options?: SubmitOptions) {
    return this.#take('SetAccountLimits', request, options)
  }

  freezeAccount(request: Requests.FreezeAccountRequest, options?: SubmitOptions) {
    return this.#take('FreezeAccount', request, options)
  }

  unfreezeAccount(request: Requests.UnfreezeAccountRequest, options?: SubmitOptions) {
    return this.#take('UnfreezeAccount', request, options)
  }

  closeAccount(request: Requests.CloseAccountRequest, options?: SubmitOptions) {
    return this.#take('CloseAccount', request, options)
  }

  setKeyLifetimes(request: Requests.SetKeyLifetimesRequest, options?: SubmitOptions) {
    return this.#take('SetKeyLifetimes', request, options)
  }

  submit<C extends Requests.Command>(command: C, options?: SubmitOptions): Promise<ResultOf<C>> {
    return this.#take(undefined, command, options) as Promise<ResultOf<C>>
  }

  /**
   * Takes a request in; every reason not to is a rejection, never a throw.
   *
   * @param type `undefined` where the request says itself which command it is
   */
  #take<Type extends Command['type']>(
    type: Type | undefined,
    request: object,
    options: SubmitOptions | undefined
  ): Promise<ResultOf<{ readonly type: Type }>> {
    let answer: Promise<CommandResult>
    try {
      const command = type === undefined ? admitSubmitted(request, this.#rules) : admit(type, request, this.#rules)
      answer = this.#intake.command(command, options)
    } catch (error) {
      answer = Promise.reject(error as Error)
    }
    // What was decided of a command of this type is a result of this type.
    return answer as Promise<ResultOf<{ readonly type: Type }>>
  }

  async getAccount(accountId: string): Promise<Account> {
    return this.#intake.question({
      accountId: accountIdField(accountId, 'accountId'),
      read: view => accountOf(existing(view, accountId))
    })
  }

  async getBalance(accountId: string, query?: BalanceQuery): Promise<Balance> {
    const { at } = fieldsOf(query, BALANCE_QUERY)
    if (at !== undefined) return this.#history.balanceAt(accountId, at)
    return this.#intake.question({
      accountId: accountIdField(accountId, 'accountId'),
      read: view => balanceOf(existing(view, accountId), view.head.sequence)
    })
  }

  async getTransaction(transactionId: string): Promise<Transaction> {
    return this.#intake.question({
      transactionId: transactionIdField(transactionId, 'transactionId'),
      read: view => {
        const found = view.transaction(transactionId)
        if (found === undefined) throw new TransactionNotFoundError(transactionId)
        return transactionOf(found)
      }
    })
  }

  async getTransactionCount(): Promise<number> {
    return this.#intake.question({ read: view => view.head.transactionCount })
  }

  async getKeyLifetimes(): Promise<KeyLifetimes> {
    return this.#intake.question({ read: view => shownLifetimes(view.open.lifetimes) })
  }

  listTransactions(query?: TransactionQuery): AsyncIterable<Transaction> {
    return this.#history.transactions(query)
  }

  journal(query?: JournalQuery): JournalFeed {
    return new JournalFeed({ session: this.#session, worker: this.#worker, head: () => this.#head() }, query)
  }

  async verify(options?: VerifyOptions): Promise<VerificationReport> {
    const checked = verifyOptions(options)
    await this.#head()
    return this.#report(verify(this.#session, checked))
  }

  async checkpoint(): Promise<Checkpoint> {
    await this.#head()
    return this.#report(takeCheckpoint(this.#session))
  }

  /** Keeps the store open for a report that goes through all of it. */
  async #report<T>(report: Promise<T>): Promise<T> {
    this.#reports.add(report)
    return report.finally(() => this.#reports.delete(report))
  }

  backup(path: string, options?: BackupOptions): Promise<BackupReport> {
    return this.#backups.take(path, options, () => this.#head())
  }

  on<E extends keyof ProcessorEvents>(event: E, listener: (detail: ProcessorEvents[E]) => void): () => void {
    return this.#events.on(event, listener)
  }

  confirmClock(): void {
    this.#worker.time.confirm()
  }

  get clock(): ClockState {
    return this.#worker.time.state()
  }

  get status(): ProcessorStatus {
    const { status } = this.#worker.lifecycle
    return status === 'opening' ? 'ready' : status
  }

  get queueLength(): number {
    return this.#intake.unanswered
  }

  onIdle(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.catch(() => undefined)
    return this.#intake.idle()
  }

  close(): Promise<void> {
    this.#closing ??= this.#release()
    return this.#closing
  }

  abort(reason?: unknown): Promise<void> {
    if (this.status !== 'closed') this.#worker.abort(reason)
    this.#backups.end(reason)
    return this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The head as the queue sees it, once it is durable. */
  async #head(): Promise<number> {
    return this.#intake.question({ read: view => view.head.sequence })
  }

  async #release(): Promise<void> {
    this.#intake.close()
    this.#worker.lifecycle.send('close')
    await this.#worker.drained()
    await this.#backups.settled()
    if (this.#worker.stopped === undefined) await Promise.allSettled(this.#reports)
    await this.#session.close().finally(() => this.#worker.lifecycle.send('closed'))
  }
}
