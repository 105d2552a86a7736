import { expect } from 'chai'
import {
  exportJournal,
  importJournal,
  JournalImportError,
  memoryStore,
  openPaymentProcessor,
  type PaymentProcessor,
  type Store
} from 'bursar'
import { manualClock, type ManualClock } from 'bursar/testing'
import { verify } from '../../lib/audit/verify.js'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'
import { rechained } from './damaged-files.js'

/** An entry as its text has it, to be changed. */
interface Forged {
  timestamp: number
  outcome?: string
  code?: string
  message: string
  amount: string
  attempt?: number
  transactionId?: string
  command: Record<string, unknown>
  postings: [string, string, string, string][]
  balances?: unknown[]
}

const NINETY_DAYS_MS = 90 * 24 * 60 * 60 * 1000

/** Two accounts (1, 2), payments of 10 and 20 to the shop (3, 4), a decline (5), a payout (6), and a refund (7). */
async function life(bursar: PaymentProcessor, clock: ManualClock): Promise<void> {
  await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
  await bursar.createAccount({ accountId: 'shop', currency: 'USD' })
  const pay = { accountId: 'alice', payee: 'shop' }
  const paid = await approval(bursar.processPayment({ ...pay, amount: 10n, idempotencyKey: 'a' }))
  clock.advance(NINETY_DAYS_MS)
  await approval(bursar.processPayment({ ...pay, amount: 20n, idempotencyKey: 'b' }))
  await decline(bursar.processPayment({ ...pay, amount: 999n, idempotencyKey: 'c' }), 'insufficient_funds')
  const legs = [{ from: '@settlement', to: '@funding', amount: 5n, currency: 'USD' }]
  const by = { actor: 'treasury', reason: 'payout' }
  await approval(bursar.postTransaction({ accountId: 'shop', legs, idempotencyKey: 'out', ...by }))
  const { transactionId: originalTransactionId } = paid
  await approval(bursar.refundPayment({ accountId: 'alice', originalTransactionId, amount: 4n, idempotencyKey: 'r' }))
}

/** What a patient forger does to an entry, with balances that follow, before everything is chained anew. */
const FORGERIES: readonly (readonly [what: string, at: number, forge: (entry: Forged) => void])[] = [
  ['a key is approved twice, the second time after ninety days', 4, ({ command }) => (command['idempotencyKey'] = 'a')],
  ['an amount is not what its postings move', 4, entry => (entry.amount = entry.command['amount'] = '2')],
  ['the answer is another', 4, entry => (entry.message = 'Payment rejected')],
  ['an attempt is counted that nobody made', 4, entry => (entry.attempt = 2)],
  ['the id is of another operation', 4, entry => (entry.transactionId = entry.transactionId!.replace('txn', 'refund'))],
  ['a decline has another reason', 5, entry => (entry.code = 'account_frozen')],
  ['a decline says less than there was', 5, entry => (entry.message = entry.message.replace('70', '7'))],
  ['a decline was a refusal', 5, entry => ((entry.outcome = 'refused'), delete entry.code)],
  ['money leaves a system account, and nobody says who or why', 6, ({ command }) => delete command['reason']],
  [
    'an account is overdrawn beyond its limit',
    7,
    entry => {
      entry.command = { type: 'ProcessPayment', accountId: 'alice', idempotencyKey: 'r', amount: '500' }
      entry.amount = '500'
      entry.message = 'Payment processed successfully'
      entry.transactionId = entry.transactionId!.replace('refund', 'txn')
      entry.postings = [
        ['alice', 'USD', '-500', '-430'],
        ['@settlement:USD', 'USD', '500', '495']
      ]
    }
  ],
  [
    'a payment is made out of @funding',
    7,
    entry => {
      entry.command = {
        type: 'ProcessPayment',
        accountId: '@funding:USD',
        idempotencyKey: 'r',
        amount: '9',
        payee: 'shop'
      }
      entry.amount = '9'
      entry.message = 'Payment processed successfully'
      entry.transactionId = entry.transactionId!.replace('refund', 'txn')
      entry.postings = [
        ['@funding:USD', 'USD', '-9', '-104'],
        ['shop', 'USD', '9', '39']
      ]
    }
  ],
  [
    'less than nothing is paid',
    7,
    entry => {
      entry.command = { type: 'ProcessPayment', accountId: 'alice', idempotencyKey: 'r', amount: '-9', payee: 'shop' }
      entry.amount = '-9'
      entry.message = 'Payment processed successfully'
      entry.transactionId = entry.transactionId!.replace('refund', 'txn')
      entry.postings = [
        ['alice', 'USD', '9', '79'],
        ['shop', 'USD', '-9', '21']
      ]
    }
  ],
  ['the time is beyond all dates', 7, entry => (entry.timestamp = 9e15)]
]

function forged(lines: readonly string[], at: number, forge: (entry: Forged) => void): readonly string[] {
  const line = lines[at - 1]!
  const text = line.slice(line.indexOf(',"entry":') + 9, line.lastIndexOf('}'))
  const entry = JSON.parse(text) as Forged
  // What stands at the end of some entries only must not stand behind what stands before it in all.
  const { refundable: _, ...rest } = entry as Forged & { refundable?: string }
  const changed = at === 7 && !text.includes('9000000000000000') ? rest : entry
  forge(changed)
  return rechained(
    lines.with(
      at - 1,
      line.replace(text, () => JSON.stringify(inOrder(changed)))
    )
  )
}

/** The order in which the journal writes the fields of an entry. */
function inOrder(entry: Forged): object {
  const { sequence, timestamp, command, outcome, code, message, transactionId, amount, currency, attempt, ...rest } =
    entry as Forged & { sequence: number; currency: string }
  return { sequence, timestamp, command, outcome, code, message, transactionId, amount, currency, attempt, ...rest }
}

describeOnEveryStore('A journal that is decided again', scene => {
  let lines: readonly string[]

  before(async () => {
    const clock = manualClock()
    await using bursar = await openPaymentProcessor({ clock })
    await life(bursar, clock)
    lines = await collect(exportJournal(bursar, { format: 'ndjson' }))
  })

  const problemsOf = async (store: Store) => {
    const session = await store.open()
    try {
      return (await verify(session)).problems
    } finally {
      await session.close()
    }
  }

  it('is sound as the ledger has written it', async () => {
    await importJournal({ store: scene.ledger.store(), lines })
    expect(await problemsOf(scene.ledger.store())).to.deep.equal([])
  })

  for (const [what, at, forge] of FORGERIES) {
    it(`is refused where ${what}, though every balance and every hash follows`, async () => {
      const file = forged(lines, at, forge)
      const error = await rejectionOf(importJournal({ store: scene.ledger.store(), lines: file }), JournalImportError)
      expect(error).to.include({ line: at })
    })

    it(`is found out where ${what}, and the problem names the entry`, async () => {
      const file = forged(lines, at, forge)
      // What no date can be is refused under any rules.
      if (what.includes('dates')) return
      await importJournal({ store: scene.ledger.store(), lines: file, earlierRules: true })
      const [problem] = await problemsOf(scene.ledger.store())
      expect(problem).to.include({ sequence: at })
    })
  }

  it('of an earlier version is taken as it is, up to the entry that adopts the present rules', async () => {
    const file = forged(lines, 4, entry => (entry.message = 'Payment made'))
    await importJournal({ store: scene.ledger.store(), lines: file, earlierRules: true })
    const bursar = await scene.open()
    expect(await bursar.verify()).to.deep.include({ ok: true, rulesFrom: 8, entries: 8, problems: [] })
    const [adoption] = await collect(bursar.journal({ after: 7 }))
    expect(adoption!.command).to.deep.equal({
      type: 'AdoptRules',
      accountId: '@ledger',
      rules: 2,
      keysForgottenBefore: 0
    })
    await approval(bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'd' }))
    const again = await collect(exportJournal(bursar, { format: 'ndjson' }))
    await bursar.close()

    const reopened = await scene.open()
    expect(await reopened.verify()).to.include({ ok: true, entries: 9 })
    const refused = importJournal({ store: memoryStore(), lines: again })
    expect(await rejectionOf(refused, JournalImportError)).to.include({ line: 4 })
  })

  it('of an earlier version that has forgotten keys says so when it adopts the rules, and can be verified and imported', async () => {
    await importJournal({ store: scene.ledger.store(), lines, earlierRules: true })
    const session = await scene.ledger.store().open()
    const { keys } = await session.forgetKeys({ recordedBefore: 8.64e15, limit: 1_000 })
    await session.close()
    expect(keys).to.be.greaterThan(0)

    const bursar = await scene.open()
    const { problems, rulesFrom } = await bursar.verify()
    expect({ problems, rulesFrom }).to.deep.equal({ problems: [], rulesFrom: 8 })
    const again = await collect(exportJournal(bursar, { format: 'ndjson' }))
    expect(await importJournal({ store: memoryStore(), lines: again, earlierRules: true })).to.include({ entries: 8 })
  })
})
