import type { JournalEntry } from 'bursar'
import { expect } from 'chai'

/** An account as the journal alone tells it. */
interface Folded {
  readonly posted: bigint
  readonly held: bigint
}

/** What the ledger records by itself: when it releases a hold, and when it is opened with lifetimes. */
const BY_ITSELF: readonly string[] = ['ExpireHold', 'SetKeyLifetimes']

/**
 * Reads the journal as an auditor would, entry by entry, and holds the rules that no sequence of commands may break:
 * no holes, postings that sum to zero, balances that follow, refunds within their payment, holds that end once, one
 * effect for each key.
 */
export class JournalFold {
  readonly entries: JournalEntry[] = []
  readonly #accounts = new Map<string, Folded>()
  readonly #refunded = new Map<string, bigint>()
  readonly #byId = new Map<string, JournalEntry>()
  readonly #effectAt = new Map<string, number>()
  /** Open holds, to the time of their deadline. */
  readonly #deadlines = new Map<string, number>()
  readonly #keyTtlMs: number

  constructor(keyTtlMs: number) {
    this.#keyTtlMs = keyTtlMs
  }

  /** The sequences of what callers asked for, in order. */
  get sequences(): readonly number[] {
    return this.entries.filter(({ command }) => !BY_ITSELF.includes(command.type)).map(({ sequence }) => sequence)
  }

  account(accountId: string): Folded {
    return this.#accounts.get(accountId) ?? { posted: 0n, held: 0n }
  }

  add(entry: JournalEntry): void {
    const previous = this.entries.at(-1)
    expect(entry.sequence, 'sequences have no holes').to.equal((previous?.sequence ?? 0) + 1)
    expect(entry.timestamp.getTime(), 'time never runs backwards').to.be.at.least(previous?.timestamp.getTime() ?? 0)
    if (previous !== undefined) expect(entry.previousHash, 'the chain is unbroken').to.equal(previous.hash)
    this.entries.push(entry)
    if (entry.outcome !== 'approved') {
      expect([...entry.postings, ...entry.holds], 'only approvals have effects').to.deep.equal([])
      return
    }
    this.#move(entry)
    this.#name(entry)
    this.#refund(entry)
    this.#hold(entry)
    this.#useKey(entry)
  }

  #move(entry: JournalEntry): void {
    const sums = new Map<string, bigint>()
    for (const { accountId, currency, amount, balanceAfter } of entry.postings) {
      const { posted, held } = this.account(accountId)
      sums.set(currency, (sums.get(currency) ?? 0n) + amount)
      this.#accounts.set(accountId, { posted: posted + amount, held })
      expect(balanceAfter, `balance of ${accountId} after ${entry.sequence}`).to.equal(posted + amount)
    }
    expect(
      [...sums.values()].every(sum => sum === 0n),
      `postings of ${entry.sequence} sum to zero`
    ).to.equal(true)
    for (const { accountId, amount, heldAfter } of entry.holds) {
      const { posted, held } = this.account(accountId)
      this.#accounts.set(accountId, { posted, held: held + amount })
      expect(heldAfter, `held of ${accountId} after ${entry.sequence}`).to.equal(held + amount)
    }
  }

  #name(entry: JournalEntry): void {
    if (entry.transactionId === null) return
    expect(this.#byId.has(entry.transactionId), `${entry.transactionId} is given once`).to.equal(false)
    this.#byId.set(entry.transactionId, entry)
  }

  #refund({ command, amount }: JournalEntry): void {
    if (command.type !== 'RefundPayment') return
    const original = this.#byId.get(command.originalTransactionId)!
    const leg = command.leg ?? 0
    const name = `${command.originalTransactionId} ${leg}`
    const refunded = (this.#refunded.get(name) ?? 0n) + amount
    this.#refunded.set(name, refunded)
    expect(refunded <= original.postings[leg * 2 + 1]!.amount, `refunds of ${name} stay within it`).to.equal(true)
  }

  /** A hold ends once, and by itself only when it is due. */
  #hold({ command, transactionId, timestamp }: JournalEntry): void {
    const now = timestamp.getTime()
    if (command.type === 'AuthorizePayment') this.#deadlines.set(transactionId!, now + command.expiresInMs)
    if (!('authorizationId' in command)) return
    const deadline = this.#deadlines.get(command.authorizationId)
    expect(deadline, `${command.authorizationId} was open`).to.be.a('number')
    expect(deadline! <= now, `${command.type} comes in time`).to.equal(command.type === 'ExpireHold')
    this.#deadlines.delete(command.authorizationId)
  }

  #useKey({ command, timestamp, sequence }: JournalEntry): void {
    if (!('idempotencyKey' in command) || command.idempotencyKey === undefined) return
    const key = `${command.accountId} ${command.idempotencyKey}`
    const before = this.#effectAt.get(key) ?? -Infinity
    expect(timestamp.getTime() - before, `${sequence}: one effect for ${key}`).to.be.at.least(this.#keyTtlMs)
    this.#effectAt.set(key, timestamp.getTime())
  }
}
