import { expect } from 'chai'
import {
  AccountAlreadyExistsError,
  AccountNotFoundError,
  openLedgerReader,
  openPaymentProcessor,
  TransactionNotFoundError,
  type PaymentProcessor
} from 'bursar'
import { approval, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'
import { sqliteLedger } from '../support/stores.js'

type Reads = Pick<PaymentProcessor, 'getAccount' | 'getBalance'>

async function messagesOf(ledger: Reads, accountId: string): Promise<readonly string[]> {
  const refusals = [ledger.getBalance(accountId), ledger.getAccount(accountId)]
  return Promise.all(refusals.map(async refusal => (await rejectionOf(refusal, AccountNotFoundError)).message))
}

const twice = (message: string) => [message, message]

describeOnEveryStore('What is not found', scene => {
  it('is named first when it is an account, with the way to create it', async () => {
    const bursar = await scene.given({ alice: 100n })
    const message = 'Account "bob" not found. Create it with createAccount first.'
    expect(await messagesOf(bursar, 'bob')).to.deep.equal(twice(message))
    const payment = bursar.processPayment({ accountId: 'bob', amount: 1n, idempotencyKey: 'k' })
    expect((await rejectionOf(payment, AccountNotFoundError)).message).to.equal(message)
  })

  it('is no reason to create a system account, of which the existing ones are named', async () => {
    const bursar = await scene.open()
    const rule = 'System accounts exist once per currency, from the first movement that needs them'
    expect(await messagesOf(bursar, '@settlement')).to.deep.equal(
      twice(`Account "@settlement" not found. ${rule}; this ledger has none yet.`)
    )
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    for (const accountId of ['@settlement', '@settlement:USD', '@funding:EUR', '@mine']) {
      expect(await messagesOf(bursar, accountId)).to.deep.equal(
        twice(`Account "${accountId}" not found. ${rule}; this ledger has @funding:USD.`)
      )
    }
  })

  it('is told from a system name that stands for several accounts', async () => {
    const bursar = await scene.given({ alice: 100n })
    await bursar.createAccount({ accountId: 'eva', currency: 'EUR', initialBalance: 100n })
    expect(await messagesOf(bursar, '@funding')).to.deep.equal(
      twice(
        'Account "@funding" stands for 2 accounts. System accounts exist once per currency, ' +
          'and this ledger has @funding:EUR, @funding:USD: name one of them.'
      )
    )
    expect((await bursar.getBalance('@funding:EUR')).posted).to.equal(-100n)
  })

  it('is not to be created either when it is a payee that no system has', async () => {
    const bursar = await scene.given({ alice: 100n })
    const payment = bursar.processPayment({ accountId: 'alice', payee: '@fees', amount: 1n, idempotencyKey: 'k' })
    expect((await rejectionOf(payment, AccountNotFoundError)).message).to.equal(
      'Account "@fees:USD" not found. The system accounts are @funding and @settlement, once per currency.'
    )
  })

  it('is an account that did not exist yet, with the moment since when it does', async () => {
    const bursar = await scene.given({ alice: 100n })
    scene.clock.advance(60_000)
    await bursar.createAccount({ accountId: 'shop', currency: 'USD' })
    const born = new Date(scene.clock.now())
    const before = new Date(born.getTime() - 1)
    const since = `It exists since entry 2, ${born.toISOString()}.`
    for (const [at, moment] of [
      [1, 'entry 1'],
      [before, before.toISOString()]
    ] as const) {
      const { message } = await rejectionOf(bursar.getBalance('shop', { at }), AccountNotFoundError)
      expect(message).to.equal(`Account "shop" did not exist yet at ${moment}. ${since}`)
    }
    const { message } = await rejectionOf(bursar.getBalance('@funding', { at: 0 }), AccountNotFoundError)
    expect(message).to.match(/^Account "@funding" did not exist yet at entry 0\. It exists since entry 1, /)
  })

  it('is a transaction, alone or of an account, and somebody else’s reads like one that never was', async () => {
    const bursar = await scene.given({ alice: 100n, mallory: 100n })
    const paid = await approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' }))
    expect((await rejectionOf(bursar.getTransaction('tx_9'), TransactionNotFoundError)).message).to.equal(
      'Transaction "tx_9" not found. Pass the transactionId of an approved result.'
    )
    for (const [key, id] of ['tx_9', paid.transactionId].entries()) {
      const probe = { accountId: 'mallory', originalTransactionId: id, idempotencyKey: `refund ${key}` }
      expect((await rejectionOf(bursar.refundPayment(probe), TransactionNotFoundError)).message).to.equal(
        `Transaction "${id}" of account "mallory" not found. ` +
          'Pass the transactionId of an approved result together with the accountId it was made for.'
      )
    }
  })

  it('is told from what is already there', async () => {
    const bursar = await scene.given({ alice: 100n })
    const { message } = await rejectionOf(
      bursar.createAccount({ accountId: 'alice', currency: 'USD' }),
      AccountAlreadyExistsError
    )
    expect(message).to.match(/^Account "alice" already exists\. /)
  })
})

describe('What a ledger reader does not find', () => {
  const { store, dispose } = sqliteLedger()

  after(dispose)

  it('is described as the processor describes it', async () => {
    await using processor = await openPaymentProcessor({ store: store() })
    await processor.createAccount({ accountId: 'eva', currency: 'EUR', initialBalance: 100n })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    await approval(processor.processPayment({ accountId: 'eva', amount: 1n, idempotencyKey: 'k' }))
    await using reader = await openLedgerReader({ store: store() })
    for (const accountId of ['nobody', '@funding', '@settlement:USD', '@mine']) {
      expect(await messagesOf(reader, accountId)).to.deep.equal(await messagesOf(processor, accountId))
    }
    const early = (ledger: Reads) => rejectionOf(ledger.getBalance('alice', { at: 1 }), AccountNotFoundError)
    expect((await early(reader)).message).to.equal((await early(processor)).message)
  })
})
