import { expect } from 'chai'
import { InvalidRequestError, type PaymentProcessor, type PaymentResult } from 'bursar'
import { approval, collect } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

describeOnEveryStore('Transaction ids', scene => {
  it('name the operation, the sequence and a suffix that nobody can guess', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n })
    const money = { accountId: 'alice', amount: 1n }
    const id = async (result: Promise<PaymentResult>): Promise<string> => (await approval(result)).transactionId
    const payment = await id(bursar.processPayment({ ...money, idempotencyKey: '1' }))
    expect(payment).to.match(/^txn_00000000003_[A-Za-z0-9_-]{10,}$/)
    const refund = { ...money, originalTransactionId: payment, idempotencyKey: '2' }
    expect(await id(bursar.refundPayment(refund))).to.match(/^refund_00000000004_[A-Za-z0-9_-]{10,}$/)
    expect(await id(bursar.deposit({ ...money, idempotencyKey: '3' }))).to.match(/^deposit_00000000005_/)
    expect(await id(bursar.transfer({ ...money, to: 'bob', idempotencyKey: '4' }))).to.match(/^transfer_00000000006_/)
  })

  it('sort in execution order as plain text, and never repeat a suffix', async () => {
    const bursar = await scene.given({ alice: 1_000n })
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `k${index}` }))
      )
    )
    const ids = results.sort((one, other) => one.sequence - other.sequence).map(({ transactionId }) => transactionId)
    expect([...ids].sort()).to.deep.equal(ids)
    expect(new Set(ids.map(id => id.slice('txn_00000000000_'.length))).size).to.equal(500)
  })
})

describeOnEveryStore('Metadata', scene => {
  /** Sends metadata with everything that takes it. */
  async function sendAll(bursar: PaymentProcessor, metadata: Readonly<Record<string, string>>, key: string) {
    const money = { accountId: 'alice', amount: 1n, metadata, idempotencyKey: key }
    const { transactionId } = await approval(
      bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `original ${key}` })
    )
    return Promise.allSettled([
      bursar.createAccount({ accountId: `account-${key}`, currency: 'USD', metadata }),
      bursar.processPayment({ ...money, idempotencyKey: `p ${key}` }),
      bursar.deposit({ ...money, idempotencyKey: `d ${key}` }),
      bursar.transfer({ ...money, to: 'bob', idempotencyKey: `t ${key}` }),
      bursar.refundPayment({ ...money, originalTransactionId: transactionId, idempotencyKey: `r ${key}` })
    ])
  }

  const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key-${index}`, 'value']))
  const accepted: readonly (readonly [what: string, metadata: Readonly<Record<string, string>>])[] = [
    ['nothing', {}],
    ['20 keys', twenty],
    ['a key of 40 characters', { ['k'.repeat(40)]: 'v' }],
    ['a value of 500 characters', { k: 'v'.repeat(500) }],
    ['an empty value', { k: '' }],
    ['text in any script', { 'ключ 🔑': 'значение 💶 \u0001\n\t' }],
    ['a key __proto__', JSON.parse('{"__proto__":"v","constructor":"w"}') as Record<string, string>],
    ['an object without prototype', Object.assign(Object.create(null) as object, { k: 'v' })],
    ['a number in a longer text', { note: 'paid with 4242424242424242' }],
    ['a number that fails the check digit', { order: '4242424242424241' }],
    ['a Luhn-valid number of 12 digits', { order: '424242424242' }],
    ['a Luhn-valid number of 20 digits', { order: '42424242424242424242' }],
    ['a Luhn-valid number that no card network has', { order: '9999999999999995' }],
    ['an order id of 13 digits that passes the check', { order: '5000000000005' }],
    ['the old Visa number of 13 digits', { order: '4222222222222' }],
    ['an IMEI', { device: '490154203237518' }],
    ['another IMEI', { device: '356938035643809' }],
    ['an id of 18 digits', { message: '400000000000000002' }],
    ['a Luhn-valid number of 15 digits from 1', { page: '100000000000009' }],
    ['a card number as a key', { '4242424242424242': 'v' }]
  ]

  for (const [what, metadata] of accepted) {
    it(`may hold ${what}, and comes back the same after a restart`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      for (const outcome of await sendAll(bursar, metadata, 'k')) {
        expect(outcome.status === 'fulfilled' && outcome.value.success).to.equal(true)
      }
      await bursar.close()
      const reopened = await scene.open()
      expect(Object.entries((await reopened.getAccount('account-k')).metadata)).to.deep.equal(Object.entries(metadata))
      const listed = await collect(reopened.listTransactions({ after: 3 }))
      expect(listed).to.have.length(4)
      for (const transaction of listed) {
        expect(Object.entries(transaction.metadata)).to.deep.equal(Object.entries(metadata))
      }
      expect((await reopened.verify()).problems).to.deep.equal([])
    })
  }

  const refused: readonly (readonly [what: string, metadata: unknown])[] = [
    ['21 keys', { ...twenty, more: 'v' }],
    ['a key of 41 characters', { ['k'.repeat(41)]: 'v' }],
    ['a value of 501 characters', { k: 'v'.repeat(501) }],
    ['a number', { k: 1 }],
    ['a bigint', { k: 1n }],
    ['a boolean', { k: true }],
    ['null as a value', { k: null }],
    ['undefined as a value', { k: undefined }],
    ['a nested object', { k: { deep: 'v' } }],
    ['an array as a value', { k: ['v'] }],
    ['an object that reads as text', { k: { toString: () => 'v' } }],
    ['a lone surrogate as a value', { k: '\ud800' }],
    ['a lone surrogate as a key', { '\udc00': 'v' }],
    ['U+0000 in a value', { k: 'a\0b' }],
    ['U+0000 in a key', { 'a\0b': 'v' }],
    ['an array', ['v']],
    ['a string', 'text'],
    ['a number instead of an object', 42],
    ['a Map', new Map([['k', 'v']])],
    ['a date', new Date(0)]
  ]

  for (const [what, metadata] of refused) {
    it(`is refused with ${what}, and nothing is recorded`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      for (const outcome of await sendAll(bursar, metadata as Readonly<Record<string, string>>, 'k')) {
        expect(outcome.status === 'rejected' && (outcome.reason as unknown)).to.be.instanceOf(InvalidRequestError)
      }
      expect(await collect(bursar.journal())).to.have.length(3)
    })
  }

  for (const [network, number] of [
    ['Visa', '4242424242424242'],
    ['Visa with 19 digits', '4000000000000000006'],
    ['Mastercard', '5555555555554444'],
    ['Mastercard of the 2-series', '2223003122003222'],
    ['American Express', '378282246310005'],
    ['Diners Club', '30569309025904'],
    ['JCB', '3530111333300000'],
    ['Discover', '6011111111111117'],
    ['UnionPay', '6200000000000005'],
    ['Maestro', '6759649826438453'],
    ['Mir', '2200000000000004'],
    ['Visa, in groups', '4242 4242 4242 4242'],
    ['Visa, with dots', '4242.4242.4242.4242'],
    ['Visa, with dashes of typesetters', '4242–4242—4242−4242'],
    ['Visa before a line break', '4242424242424242\r\n'],
    ['Visa between tabs', '\t4242424242424242\t'],
    ['Visa with no-break spaces', '4242\u00a04242\u202f4242\u00a04242'],
    ['Visa with a line separator', '42424242\u202842424242'],
    ['Visa with spaces that nobody sees', '4242\u200b424242424242\ufeff'],
    ['Visa in wide digits', '４２４２４２４２４２４２４２４２']
  ] as const) {
    it(`is refused with a card number of ${network}, and the error does not repeat it`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      for (const outcome of await sendAll(bursar, { card: number }, 'k')) {
        if (outcome.status === 'fulfilled') expect.fail(`Expected a refusal of ${number}`)
        expect(outcome.reason).to.be.instanceOf(InvalidRequestError)
        expect((outcome.reason as Error).message).not.to.contain(number)
      }
    })
  }

  it('may hold a card number where the application turns the check off', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n }, { metadataCardCheck: false })
    for (const outcome of await sendAll(bursar, { order: '4242424242424242' }, 'k')) {
      expect(outcome.status === 'fulfilled' && outcome.value.success).to.equal(true)
    }
  })

  it('lets ids and keys be any long number', async () => {
    const number = '4242424242424242'
    const bursar = await scene.given({ alice: 100n, [number]: 100n })
    await approval(bursar.processPayment({ accountId: number, payee: 'alice', amount: 1n, idempotencyKey: number }))
  })

  it('is copied at the door: a caller who changes the request afterwards changes nothing', async () => {
    const bursar = await scene.given({ alice: 100n })
    const metadata = { order: '42' }
    const request = { accountId: 'alice', amount: 40n, idempotencyKey: 'k', metadata }
    const call = bursar.processPayment(request)
    metadata.order = 'changed'
    Object.assign(request, { amount: 99n, accountId: 'mallory', idempotencyKey: 'changed', metadata: {} })
    const { transactionId } = await approval(call)
    expect(await bursar.getTransaction(transactionId)).to.deep.include({
      accountId: 'alice',
      amount: 40n,
      idempotencyKey: 'k',
      metadata: { order: '42' }
    })
  })

  it('is handed out as a copy: a reader who changes an answer changes nothing', async () => {
    const bursar = await scene.open()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', metadata: { tier: 'gold' } })
    const account = await bursar.getAccount('alice')
    try {
      ;(account.metadata as Record<string, string>)['tier'] = 'platinum'
    } catch (error) {
      expect(error).to.be.instanceOf(TypeError)
    }
    account.createdAt.setFullYear(1999)
    const again = await bursar.getAccount('alice')
    expect(again.metadata).to.deep.equal({ tier: 'gold' })
    expect(again.createdAt.getFullYear()).not.to.equal(1999)
  })
})
