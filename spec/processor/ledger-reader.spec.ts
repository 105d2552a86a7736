import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'chai'
import {
  AccountNotFoundError,
  InvalidRequestError,
  memoryStore,
  openLedgerReader,
  openPaymentProcessor,
  StoreCorruptError,
  StoreFormatError,
  StoreNotFoundError,
  StoreUnsupportedError,
  TransactionNotFoundError,
  type LedgerReader,
  type PaymentProcessor
} from 'bursar'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { startLedgerProcess } from '../support/ledger-process.js'
import { PAYERS } from '../support/numbered-payments.js'
import { sqliteLedger } from '../support/stores.js'

/** Everything that the reader and the processor can both be asked. */
async function picture(ledger: LedgerReader | PaymentProcessor, accountIds: readonly string[]) {
  const transactions = await collect(ledger.listTransactions())
  const head = (await collect(ledger.journal())).at(-1)?.sequence ?? 0
  const ofAccounts = await Promise.all(
    accountIds.map(async accountId => ({
      account: await ledger.getAccount(accountId),
      now: await ledger.getBalance(accountId),
      late: await ledger.getBalance(accountId, { at: head }),
      list: await collect(ledger.listTransactions({ accountId }))
    }))
  )
  // How many accounts can be compared depends on how far the tables have come.
  const { ok, entries, headHash, problems } = await ledger.verify()
  return {
    transactions,
    ofAccounts,
    single: await Promise.all(transactions.map(({ transactionId }) => ledger.getTransaction(transactionId))),
    count: await ledger.getTransactionCount(),
    journal: await collect(ledger.journal()),
    verification: { ok, entries, headHash, problems }
  }
}

describe('A ledger reader', () => {
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(() => {
    ledger = sqliteLedger()
  })

  afterEach(() => ledger.dispose())

  const reading = () => openLedgerReader({ store: ledger.store() })
  const writing = () => openPaymentProcessor({ store: ledger.store() })

  function numberIn(sql: string): number {
    const database = openDatabase(ledger.path, { readOnly: true })
    try {
      return Object.values(database.prepare(sql).get() as Record<string, number>)[0]!
    } finally {
      database.close()
    }
  }

  /** Every kind of effect that tables can lag behind: balances, holds, refunds, new accounts, history. */
  async function business(bursar: PaymentProcessor, run: string): Promise<void> {
    const alice = { accountId: 'alice' }
    const key = (name: string) => `${name} ${run}`
    await bursar.createAccount({ accountId: `shop-${run}`, currency: 'USD' })
    const paid = await approval(
      bursar.processPayment({ ...alice, amount: 10n, payee: `shop-${run}`, idempotencyKey: key('pay') })
    )
    const back = { ...alice, amount: 4n, originalTransactionId: paid.transactionId }
    await approval(bursar.refundPayment({ ...back, idempotencyKey: key('refund') }))
    const held = await approval(bursar.authorizePayment({ ...alice, amount: 7n, idempotencyKey: key('hold') }))
    await approval(bursar.authorizePayment({ ...alice, amount: 2n, idempotencyKey: key('open hold') }))
    const capture = { ...alice, authorizationId: held.transactionId, amount: 5n }
    await approval(bursar.capturePayment({ ...capture, idempotencyKey: key('capture') }))
    await bursar.processPayment({ ...alice, amount: 1_000_000n, idempotencyKey: key('declined') })
  }

  it('sees what the processor sees, whether the tables show it yet or not', async () => {
    await using bursar = await writing()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000n })
    await business(bursar, 'one')
    // Brings the tables up, so that the next run is what they lack, unless the writer is quick.
    await bursar.verify()
    await using reader = await reading()
    await business(bursar, 'two')
    const accounts = ['alice', 'shop-one', 'shop-two', '@settlement', '@funding:USD']
    const seen = await picture(reader, accounts)
    expect(seen).to.deep.equal(await picture(bursar, accounts))
    expect(seen.verification.ok).to.equal(true)
  })

  it('sees everything that was committed before a crash, and no tables', async () => {
    const child = startLedgerProcess(ledger.path)
    child.tell('open')
    expect(await child.nextLine()).to.equal('opened')
    child.tell('pay 1')
    await child.nextLine()
    await child.kill()
    // As a crash leaves it that came before any step.
    const database = openDatabase(ledger.path)
    database.exec(`UPDATE progress SET tables_through = 0, keys_forgotten_through = 0, again = '0 0';
      DELETE FROM accounts; DELETE FROM runs; DELETE FROM chunks; DELETE FROM moved_balances; DELETE FROM transaction_states`)
    database.close()

    await using reader = await reading()
    const before = await picture(reader, PAYERS)
    expect(before.verification.ok).to.equal(true)
    await using bursar = await writing()
    expect(await picture(bursar, PAYERS)).to.deep.equal(before)
  })

  it('reads beside a writer of another process, and never disturbs it', async () => {
    const child = startLedgerProcess(ledger.path)
    child.tell('open')
    expect(await child.nextLine()).to.equal('opened')
    await using reader = await reading()
    child.tell('pay 1')
    let head = 0
    for (let read = 0; read < 20; read++) {
      // The line is the answer: from here on every reader must see it.
      const transactionId = (await child.nextLine()).split(' ')[1]!
      expect((await reader.getTransaction(transactionId)).transactionId).to.equal(transactionId)
      const { sequence } = await reader.getBalance(PAYERS[0]!)
      expect(sequence).to.be.at.least(head)
      head = sequence
    }
    expect((await reader.verify()).ok).to.equal(true)
    expect((await child.kill()).length).to.be.greaterThan(0)
  })

  it('lists a page and goes on after it while more is written', async () => {
    await using bursar = await writing()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000n })
    await using reader = await reading()
    const iterator = reader.listTransactions({ accountId: 'alice' })[Symbol.asyncIterator]()
    await business(bursar, 'one')
    const first = await iterator.next()
    expect(first.value).to.include({ kind: 'payment' })
    await business(bursar, 'two')
    const rest = await collect({ [Symbol.asyncIterator]: () => iterator })
    expect(rest).to.have.length(4)
  })

  it('changes nothing, and takes no lock', async () => {
    await using bursar = await writing()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    await bursar.close()
    const before = readFileSync(ledger.path)
    const epoch = numberIn('SELECT epoch FROM head')
    await using reader = await reading()
    await picture(reader, ['alice'])
    await reader.close()
    expect(readFileSync(ledger.path).equals(before)).to.equal(true)
    expect(numberIn('SELECT epoch FROM head')).to.equal(epoch)
    await (await writing()).close()
  })

  it('knows no other accounts and transactions than the ledger', async () => {
    await (await writing()).close()
    await using reader = await reading()
    await rejectionOf(reader.getBalance('nobody'), AccountNotFoundError)
    await rejectionOf(reader.getAccount('@settlement'), AccountNotFoundError)
    await rejectionOf(reader.getTransaction('txn_nothing'), TransactionNotFoundError)
    await rejectionOf(reader.getBalance('no such id!'), InvalidRequestError)
    expect(await reader.getTransactionCount()).to.equal(0)
  })

  it('refuses a file that is not there, and makes none', async () => {
    const error = await rejectionOf(reading(), StoreNotFoundError)
    expect(error.message).to.contain(ledger.path)
    expect(readdirSync(dirname(ledger.path))).to.deep.equal([])
  })

  it('refuses a file that is no ledger', async () => {
    writeFileSync(ledger.path, '')
    await rejectionOf(reading(), StoreFormatError)
    expect(readFileSync(ledger.path, 'utf8')).to.equal('')
    writeFileSync(ledger.path, 'name,amount\n'.repeat(100))
    await rejectionOf(reading(), StoreFormatError)
  })

  it('refuses a journal that does not end at its head', async () => {
    await (await writing()).close()
    const database = openDatabase(ledger.path)
    database.exec('UPDATE head SET sequence = 7')
    database.close()
    await rejectionOf(reading(), StoreCorruptError)
  })

  it('refuses a ledger whose tables run ahead of its journal', async () => {
    const bursar = await writing()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    await bursar.close()
    const database = openDatabase(ledger.path)
    database.exec("UPDATE progress SET tables_through = 9, again = '9 0'")
    database.close()
    await rejectionOf(reading(), StoreCorruptError)
  })

  it('reads a file that this user may not write', async () => {
    const bursar = await writing()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 5n })
    await bursar.close()
    chmodSync(ledger.path, 0o444)
    await using reader = await reading()
    expect((await reader.getBalance('alice')).posted).to.equal(5n)
    expect(existsSync(ledger.path)).to.equal(true)
  })

  it('needs a store that can be read beside its processor', async () => {
    await rejectionOf(openLedgerReader({ store: memoryStore() }), StoreUnsupportedError)
  })

  for (const [shown, store] of [
    ['an object', {}],
    ['"payments.db"', 'payments.db'],
    ['null', null]
  ] as [string, never][]) {
    it(`refuses ${shown} for a store, as the processor does`, async () => {
      const message = `Expected store to be a store such as sqliteStore({ path }), got ${shown}.`
      const refused = await rejectionOf(openLedgerReader({ store }), InvalidRequestError)
      expect(refused.message).to.equal(message)
      expect((await rejectionOf(openPaymentProcessor({ store }), InvalidRequestError)).message).to.equal(message)
    })
  }
})
