import { expect } from 'chai'
import { AccountNotFoundError, QueueFullError, type CommandResult, type PaymentProcessor } from 'bursar'
import { collect } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const QUEUE_LENGTH_MAX = 50_000
const OVERLOAD = 5_000
const ACCOUNTS = 100
const OPENING_BALANCE = 300n

const accountOf = (number: number) => `account-${number % ACCOUNTS}`

/** Mostly payments, some of them beyond what the account has; here and there a deposit, or a stranger's payment. */
function call(bursar: PaymentProcessor, number: number): Promise<CommandResult> {
  const accountId = number % 1_000 === 7 ? 'stranger' : accountOf(number)
  const request = { accountId, amount: 1n, idempotencyKey: `order-${number}` }
  return number % 10 === 3 ? bursar.deposit(request) : bursar.processPayment(request)
}

describeOnEveryStore('A backlog as long as the queue may be', scene => {
  it('is answered to the last command, and what found no place was refused and left no trace', async () => {
    const bursar = await scene.open({ maxQueueLength: QUEUE_LENGTH_MAX })
    for (let number = 0; number < ACCOUNTS; number++) {
      await bursar.createAccount({ accountId: accountOf(number), currency: 'USD', initialBalance: OPENING_BALANCE })
    }
    const calls: Promise<CommandResult>[] = []
    for (let number = 0; number < QUEUE_LENGTH_MAX + OVERLOAD; number++) calls.push(call(bursar, number))
    expect(bursar.queueLength).to.equal(QUEUE_LENGTH_MAX)
    const outcomes = await Promise.allSettled(calls)
    expect(bursar.queueLength).to.equal(0)

    const expected = new Map<string, bigint>()
    const seen = { approved: 0, declined: 0, unknown: 0, refused: 0 }
    let last = 0
    for (const [number, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') {
        const reason: unknown = outcome.reason
        if (number >= QUEUE_LENGTH_MAX) expect(reason).to.be.instanceOf(QueueFullError)
        else expect(reason).to.be.instanceOf(AccountNotFoundError)
        seen[number >= QUEUE_LENGTH_MAX ? 'refused' : 'unknown']++
        continue
      }
      const { success, sequence } = outcome.value
      expect(sequence, 'in the order of the calls').to.be.greaterThan(last)
      last = sequence
      seen[success ? 'approved' : 'declined']++
      if (!success) continue
      const change = number % 10 === 3 ? 1n : -1n
      expected.set(accountOf(number), (expected.get(accountOf(number)) ?? OPENING_BALANCE) + change)
    }
    expect(seen).to.include({ refused: OVERLOAD, unknown: QUEUE_LENGTH_MAX / 1_000 })
    expect(seen.approved).to.be.greaterThan(0)
    expect(seen.declined).to.be.greaterThan(0)
    expect(seen.approved + seen.declined + seen.unknown).to.equal(QUEUE_LENGTH_MAX)

    for (const [accountId, balance] of expected) {
      expect((await bursar.getBalance(accountId)).posted, accountId).to.equal(balance)
    }
    expect(await bursar.getTransactionCount()).to.equal(seen.approved)
    // A refused call is free to come again: its key is new.
    expect(await call(bursar, QUEUE_LENGTH_MAX)).to.include({ replayed: false })
    const { ok, entries } = await bursar.verify()
    expect(ok).to.equal(true)
    expect(entries).to.equal(ACCOUNTS + seen.approved + seen.declined + 1)
    expect(await collect(bursar.journal({ after: entries }))).to.deep.equal([])
  }).timeout(180_000)
})
