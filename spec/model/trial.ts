import {
  exportJournal,
  importJournal,
  memoryStore,
  openPaymentProcessor,
  type Balance,
  type JournalEntry,
  type PaymentProcessor
} from 'bursar'
import { manualClock } from 'bursar/testing'
import { expect } from 'chai'
import type { Ledger } from '../support/stores.js'
import { expectAnswer, type Answered } from './comparison.js'
import { JournalFold } from './journal-fold.js'
import type { Command } from './plan.js'
import { ReferenceModel, type ModelOptions } from './reference-model.js'
import { isSettled } from './reference-rules.js'
import { refer } from './reference-of.js'
import { CURRENCY, type CallWish, type Step } from './steps.js'

/** Short lives, so that a trial sees keys answer, expire and be forgotten. */
export const LIFETIMES: ModelOptions = { answerTtlMs: 600_000, keyTtlMs: 1_800_000 }

type Call =
  { readonly kind: 'read'; readonly accountId: string } | { readonly kind: 'command'; readonly command: Command }

/** One ledger and the model beside it, going through the same steps; every difference throws. */
export class Trial {
  readonly clock = manualClock()
  readonly model = new ReferenceModel(LIFETIMES)
  readonly fold = new JournalFold(LIFETIMES.keyTtlMs)
  processor!: PaymentProcessor
  readonly #ledger: Ledger
  /** Every transaction id that was given, oldest first. */
  readonly #ids: string[] = []
  /** Accounts whose limit may have come to lie below its use. */
  readonly #limited = new Set<string>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  async open(): Promise<void> {
    const { clock } = this
    this.processor = await openPaymentProcessor({ store: this.#ledger.store(), clock, idempotency: LIFETIMES })
  }

  /** Opens three of the four accounts, one of them with an overdraft and one in another currency. */
  async begin(): Promise<void> {
    await this.open()
    const openings = { alice: [1_000n, 0n], bob: [300n, 100n], carol: [500n, 0n] } as const
    const calls = Object.entries(openings).map(([accountId, [initialBalance, overdraftLimit]]): Call => {
      const currency = CURRENCY[accountId]!
      return {
        kind: 'command',
        command: { type: 'CreateAccount', accountId, currency, initialBalance, overdraftLimit }
      }
    })
    await this.call(calls)
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'time':
        this.clock.advance(step.ms)
        return
      case 'restart':
        await this.processor.close()
        return this.open()
      case 'batch':
        return this.call(step.calls.map(wish => this.#callFor(wish)))
      default:
        return step satisfies never
    }
  }

  /** Sends every approved command once more: none of them may have an effect again. */
  async repeatEverything(): Promise<void> {
    const approved = this.fold.entries.filter(
      ({ outcome, command }) => outcome === 'approved' && 'idempotencyKey' in command
    )
    await this.call(approved.map(({ command }) => ({ kind: 'command', command: command as Command })))
  }

  /** Makes calls at once, none waiting for another, and compares every answer and everything that they left behind. */
  async call(calls: readonly Call[]): Promise<void> {
    const answers = await Promise.allSettled(
      calls.map(call =>
        call.kind === 'read' ? this.processor.getBalance(call.accountId) : this.processor.submit(call.command)
      )
    )
    expect(this.processor.queueLength, 'callers without an answer').to.equal(0)
    const added = await this.#readJournal()

    const { places } = this.model
    for (const [index, call] of calls.entries()) {
      const title = `call ${index + 1} of ${calls.length}`
      const answered = answers[index]!
      if (call.kind === 'read') this.#expectBalance(call.accountId, answered as PromiseSettledResult<Balance>, title)
      else this.#expectResult(call.command, answered as Answered, places, `${title}, ${call.command.type}`)
    }
    expect(this.fold.sequences, 'what callers left in the journal').to.have.length(this.model.places)
    this.#learnTimes(added)
    await this.#expectStandings()
    // Looking at an account may have ended holds of it.
    this.#learnTimes(await this.#readJournal())
  }

  async #readJournal(): Promise<readonly JournalEntry[]> {
    const seen = this.fold.entries.length
    for await (const entry of this.processor.journal({ after: seen })) this.fold.add(entry)
    return this.fold.entries.slice(seen)
  }

  /** The ledger's own entries are dated too, and no later one may be dated before them. */
  #learnTimes(entries: readonly JournalEntry[]): void {
    const { books } = this.model
    for (const { timestamp } of entries) books.last = Math.max(books.last, timestamp.getTime())
  }

  #callFor(wish: CallWish): Call {
    if (wish.kind === 'read') return wish
    const { transactions } = this.model.books
    return { kind: 'command', command: refer(wish.command, wish.reference, this.#ids, transactions) }
  }

  /** Specs of their own say how recorded time follows the clock; the model takes it as given. */
  #now(): number {
    return this.processor.clock.recordedTime.getTime()
  }

  #expectResult(command: Command, answered: Answered, joinsAfter: number, title: string): void {
    const expected = this.model.execute(command, this.#now(), joinsAfter)
    expectAnswer(answered, expected, title)
    if (command.type === 'SetAccountLimits') this.#limited.add(command.accountId)
    if (expected.kind === 'rejected' || answered.status === 'rejected') return

    expect(answered.value.sequence, `${title}: sequence`).to.equal(this.fold.sequences[expected.place - 1])
    if (expected.kind !== 'approved' || expected.transactionId !== undefined) return
    if (!('transactionId' in answered.value) || answered.value.transactionId === null) return
    this.model.learn(expected, answered.value.transactionId)
    this.#ids.push(answered.value.transactionId)
  }

  /** A read sees everything submitted before it and nothing submitted after it. */
  #expectBalance(accountId: string, answered: PromiseSettledResult<Balance>, title: string): void {
    const { books, places } = this.model
    books.turnTo(this.#now())
    if (!books.accounts.has(accountId)) {
      expect(answered.status === 'rejected' && (answered.reason as Error).name, title).to.equal('AccountNotFoundError')
      return
    }
    if (answered.status === 'rejected') throw answered.reason
    const { posted, held, available, currency } = books.accountOf(accountId)
    const { sequence, ...balance } = answered.value
    expect(balance, title).to.deep.equal({ posted, held, available, currency })
    expect(sequence, `${title}: sequence`).to.be.at.least(this.fold.sequences[places - 1]!)
    expect(sequence, `${title}: sequence`).to.be.below(this.fold.sequences[places] ?? Infinity)
  }

  async #expectStandings(): Promise<void> {
    const { model, processor, fold } = this
    model.books.turnTo(this.#now())
    const sums = new Map<string, bigint>()
    for (const [accountId, posted] of model.books.posted) {
      const balance = await processor.getBalance(accountId)
      expect(balance.posted, `posted of ${accountId}`).to.equal(posted)
      expect(fold.account(accountId).posted, `${accountId} by the journal`).to.equal(posted)
      sums.set(balance.currency, (sums.get(balance.currency) ?? 0n) + balance.posted)
    }
    expect(
      [...sums.values()].every(sum => sum === 0n),
      'all balances sum to zero'
    ).to.equal(true)
    for (const accountId of model.books.accounts.keys()) {
      const account = await processor.getAccount(accountId)
      expect(account, accountId).to.deep.equal(model.books.accountOf(accountId))
      expect(account.available >= 0n || this.#limited.has(accountId), `${accountId} keeps its limit`).to.equal(true)
    }
    expect(await processor.getTransactionCount()).to.equal(model.books.transactionCount)
  }

  /** How every transaction stands at the end, and whether the ledger vouches for itself. */
  async expectWhole(): Promise<void> {
    const { books } = this.model
    for (const [transactionId, { type, accountId, legs, hold }] of books.transactions) {
      const found = await this.processor.getTransaction(transactionId)
      const refunded = legs.reduce((sum, leg) => sum + leg.refunded, 0n)
      const isRefundable = isSettled(type, legs)
      const paid = legs.reduce((sum, leg) => sum + leg.amount, 0n)
      expect(found.accountId).to.equal(accountId)
      expect(found.legs, transactionId).to.deep.equal(legs.map(({ refunded: _refunded, ...leg }) => leg))
      expect(found.refunded, transactionId).to.equal(refunded)
      expect(found.refundable, transactionId).to.equal(isRefundable ? paid - refunded : 0n)
      expect(found.holdStatus, transactionId).to.equal(hold && books.stateOf(hold))
    }
    const { problems, ok, entries, headHash } = await this.processor.verify()
    expect(problems).to.deep.equal([])
    expect(ok).to.equal(true)
    expect(entries).to.equal(this.fold.entries.length)
    expect(headHash).to.equal(this.fold.entries.at(-1)!.hash)
    // Whatever the writer writes, an import reads, and decides the same.
    const lines = exportJournal(this.processor, { format: 'ndjson' })
    expect(await importJournal({ store: memoryStore(), lines })).to.include({ entries, headHash })
  }
}
