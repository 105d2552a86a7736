import type { VerificationReport } from '../audit/verify.js'
import { verify } from '../audit/verify.js'
import type { Command } from '../domain/command.js'
import { AccountNotFoundError, TransactionNotFoundError } from '../domain/errors.js'
import { isSystemAccount, type AccountState } from '../domain/account.js'
import { isSameRequest, keyText } from '../domain/idempotency.js'
import { targetOf } from '../domain/movement.js'
import {
  accountOf,
  balanceOf,
  type Account,
  type Balance,
  type CommandResult,
  type ResultOf
} from '../domain/result.js'
import { CURRENCY_CODES } from '../money/currencies.js'
import type { Events, ProcessorEvents } from '../observability/events.js'
import { Call, type CallerOptions } from '../queue/call.js'
import { CommandCancelledError, ProcessorClosedError, QueueFullError } from '../queue/errors.js'
import type { CommandJob, ReadJob } from '../queue/job.js'
import type { Worker } from '../queue/worker.js'
import type { WorkingSet } from '../queue/working-set.js'
import type { StoreSession } from '../store/store.js'
import { admit } from './door.js'
import { accountIdField, integerField, signalField, transactionIdField } from './fields.js'
import { History, type JournalEntry, type Transaction, transactionOf } from './history.js'
import type {
  BalanceQuery,
  PaymentProcessor,
  ProcessorStatus,
  SubmitOptions,
  TransactionQuery
} from './payment-processor.js'
import type * as Requests from './requests.js'

interface Parts {
  readonly worker: Worker
  readonly session: StoreSession
  readonly queueLengthMax: number
  readonly events: Events
}

/** The public face over the one queue: admission, joining, and reads in order. */
export class QueuedPaymentProcessor implements PaymentProcessor {
  readonly #worker: Worker
  readonly #session: StoreSession
  readonly #queueLengthMax: number
  readonly #events: Events
  readonly #history: History
  /** Keyed commands without an answer yet; a repetition joins them. */
  readonly #underWay = new Map<string, CommandJob>()
  #unanswered = 0
  #closing: Promise<void> | undefined

  constructor({ worker, session, queueLengthMax, events }: Parts) {
    this.#worker = worker
    this.#session = session
    this.#queueLengthMax = queueLengthMax
    this.#events = events
    this.#history = new History(session, accountId =>
      this.#ask({
        ...(accountId !== undefined && { accountId }),
        read: view => ({
          sequence: view.head.sequence,
          now: worker.now(),
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

  submit<C extends Requests.Command>(command: C, options?: SubmitOptions): Promise<ResultOf<C>> {
    return this.#take<C['type']>(command?.type, command, options) as Promise<ResultOf<C>>
  }

  /** Takes a request in; every reason not to is a rejection, never a throw. */
  #take<Type extends Command['type']>(
    type: Type,
    request: object,
    options: SubmitOptions | undefined
  ): Promise<ResultOf<{ readonly type: Type }>> {
    let answer: Promise<CommandResult>
    try {
      answer = this.#enter(admit(type, request), options)
    } catch (error) {
      answer = Promise.reject(error as Error)
    }
    // What was decided of a command of this type is a result of this type.
    return answer as Promise<ResultOf<{ readonly type: Type }>>
  }

  /** @throws every reason not to queue the command */
  #enter(command: Command, options: SubmitOptions | undefined): Promise<CommandResult> {
    const caller = this.#admitCaller(options)
    const { idempotencyKey } = command
    const key = idempotencyKey === undefined ? undefined : keyText(command.accountId, idempotencyKey)
    const earlier = key === undefined ? undefined : this.#underWay.get(key)
    if (earlier !== undefined && isSameRequest(earlier.command, command)) return earlier.call.wait(caller, true)

    const isFirst = key !== undefined && earlier === undefined
    const onSettled = isFirst ? () => this.#underWay.delete(key) : undefined
    const call = new Call<CommandResult>(this.#countAnswered, onSettled)
    const job: CommandJob = { kind: 'command', command, call, ticket: 0 }
    if (isFirst) this.#underWay.set(key, job)
    const answer = call.wait(caller, false)
    this.#worker.push(job)
    return answer
  }

  async getAccount(accountId: string): Promise<Account> {
    return this.#ask({
      accountId: accountIdField(accountId, 'accountId'),
      read: view => accountOf(existing(view, accountId))
    })
  }

  async getBalance(accountId: string, query?: BalanceQuery): Promise<Balance> {
    const at = query?.at
    if (at !== undefined) return this.#history.balanceAt(accountId, at)
    return this.#ask({
      accountId: accountIdField(accountId, 'accountId'),
      read: view => balanceOf(existing(view, accountId), view.head.sequence)
    })
  }

  async getTransaction(transactionId: string): Promise<Transaction> {
    return this.#ask({
      transactionId: transactionIdField(transactionId, 'transactionId'),
      read: view => {
        const found = view.transaction(transactionId)
        if (found === undefined) throw new TransactionNotFoundError(transactionId)
        return transactionOf(found)
      }
    })
  }

  async getTransactionCount(): Promise<number> {
    return this.#ask({ read: view => view.head.transactionCount })
  }

  listTransactions(query: TransactionQuery = {}): AsyncIterable<Transaction> {
    return this.#history.transactions(query)
  }

  journal(query: { readonly after?: number } = {}): AsyncIterable<JournalEntry> {
    return this.#history.journal(query)
  }

  async verify(): Promise<VerificationReport> {
    await this.#ask({ read: view => view.head.sequence })
    return verify(this.#session)
  }

  on<E extends keyof ProcessorEvents>(event: E, listener: (detail: ProcessorEvents[E]) => void): () => void {
    return this.#events.on(event, listener)
  }

  confirmClock(): void {
    this.#worker.confirmClock()
  }

  get status(): ProcessorStatus {
    const { status } = this.#worker.lifecycle
    return status === 'opening' ? 'ready' : status
  }

  get queueLength(): number {
    return this.#unanswered
  }

  onIdle(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.catch(() => undefined)
    // A place behind everything so far; it counts as no caller, so that a full queue cannot refuse it.
    const call = new Call<void>(() => undefined)
    const idle = call.wait(undefined, false).catch(() => undefined)
    this.#worker.push({ kind: 'read', read: () => undefined, call: call as Call<unknown>, ticket: 0 })
    return idle
  }

  close(): Promise<void> {
    this.#closing ??= this.#release()
    return this.#closing
  }

  abort(reason?: unknown): Promise<void> {
    if (this.status !== 'closed') this.#worker.abort(reason)
    return this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #release(): Promise<void> {
    this.#worker.lifecycle.send('close')
    await this.#worker.drained()
    await this.#session.close()
    this.#worker.lifecycle.send('closed')
  }

  /** Asks in the order of the queue; the answer comes when all that it saw is durable. */
  #ask<T>(
    question: Pick<ReadJob, 'accountId' | 'transactionId'> & { readonly read: (view: WorkingSet) => T }
  ): Promise<T> {
    const caller = this.#admitCaller(undefined)
    const call = new Call<unknown>(this.#countAnswered)
    const answer = call.wait(caller, false)
    this.#worker.push({ kind: 'read', ...question, call, ticket: 0 })
    return answer as Promise<T>
  }

  /** Counts a caller in. @throws when there is no place, no worker, or no wish any more */
  #admitCaller(options: SubmitOptions | undefined): CallerOptions | undefined {
    if (this.#closing !== undefined || this.status === 'closed') throw new ProcessorClosedError()
    const { stopped } = this.#worker
    if (stopped !== undefined) throw stopped
    const caller = options === undefined ? undefined : this.#callerOptions(options)
    if (this.#unanswered >= this.#queueLengthMax) throw new QueueFullError(this.#queueLengthMax)
    this.#unanswered++
    return caller
  }

  #callerOptions({ signal, deadlineMs }: SubmitOptions): CallerOptions {
    if (signal !== undefined && signalField(signal).aborted)
      throw new CommandCancelledError('signal', { cause: signal.reason })
    if (deadlineMs === undefined) return { signal }
    integerField(deadlineMs, 'deadlineMs', { min: 0, max: Number.MAX_SAFE_INTEGER })
    return { signal, deadlineAt: this.#worker.now() + deadlineMs }
  }

  readonly #countAnswered = (count: number): void => {
    this.#unanswered -= count
  }
}

/** The account to read; a bare system name means the only one of that name. */
function existing(view: WorkingSet, accountId: string): AccountState {
  const named = isSystemAccount(accountId)
    ? CURRENCY_CODES.map(currency => view.account(targetOf(accountId, currency)))
    : [view.account(accountId)]
  const found = new Set(named.filter(account => account !== undefined))
  const [account] = found
  if (account === undefined || found.size > 1) throw new AccountNotFoundError(accountId)
  return account
}
