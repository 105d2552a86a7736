import { expect } from 'chai'
import * as maintained from 'dinero.js/currencies'
import { createHash } from 'node:crypto'
import {
  AMOUNT_MAX,
  formatMoney,
  importJournal,
  InvalidRequestError,
  memoryStore,
  openPaymentProcessor,
  parseMoney,
  type Store
} from 'bursar'
import { CURRENCY_CODES, exponentOf, isInForce } from '../../lib/money/currencies.js'
import { changedAccount, collect, rejectionOf } from '../support/expectations.js'

/** In force without digits in the standard; the package leaves them out. */
const WITHOUT_DIGITS = ['XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT', 'XSU', 'XUA']
/** Withdrawn on 1 January 2026, when Bulgaria took the euro; the package has it still. */
const WITHDRAWN_SINCE = ['BGN']
/** A fifth is their smallest unit, so the package counts in base 5; the standard gives them two digits. */
const FIFTHS = ['MGA', 'MRU']

describe('The list of currencies', () => {
  const others = Object.values(maintained)
  const known = CURRENCY_CODES.filter(code => exponentOf(code) !== undefined)

  it('has the codes that a maintained package has', () => {
    const codes = others.map(({ code }) => code).filter(code => !WITHDRAWN_SINCE.includes(code))
    expect(known.filter(isInForce)).to.have.members([...codes, ...WITHOUT_DIGITS])
  })

  it('gives each the digits that the package gives it', () => {
    for (const { code, exponent } of others) {
      expect(exponentOf(code), code).to.equal(FIFTHS.includes(code) ? 2 : exponent)
    }
  })

  it('has no code twice, and codes of three letters only', () => {
    expect(new Set(CURRENCY_CODES).size).to.equal(CURRENCY_CODES.length)
    expect(CURRENCY_CODES.filter(code => !/^[A-Z]{3}$/.test(code))).to.deep.equal([])
  })

  it('is read back as it is written, withdrawn codes included', () => {
    for (const code of known) {
      for (const units of [0n, 1n, -1n, 99n, 100n, 12_345n, AMOUNT_MAX, -AMOUNT_MAX]) {
        expect(parseMoney(formatMoney(units, code), code), code).to.equal(units)
      }
    }
  })

  for (const [code, text] of [
    ['XCG', '12.34'],
    ['XAD', '12.34'],
    ['ZWG', '12.34'],
    ['VED', '12.34'],
    ['SLE', '12.34'],
    ['MRU', '12.34'],
    ['ISK', '1234'],
    ['BHD', '1.234'],
    ['UYW', '0.1234'],
    ['ANG', '12.34'],
    ['CUC', '12.34'],
    ['HRK', '12.34']
  ] as const) {
    it(`writes 1234 minor units of ${code} as ${text}`, () => expect(formatMoney(1234n, code)).to.equal(text))
  }

  for (const code of ['XTS', 'XXX', 'BTC', 'PTS']) {
    it(`has no ${code}`, () => expect(() => formatMoney(1n, code)).to.throw(InvalidRequestError))
  }
})

/** A ledger as an earlier version made it, when this code was in its list. */
async function storeWithAccountIn(currency: string): Promise<Store> {
  await using model = await openPaymentProcessor()
  await model.createAccount({ accountId: 'curacao', currency: 'USD', overdraftLimit: 100n })
  const [creation] = await collect(model.journal())
  const { encoded, previousHash } = creation!
  const entry = encoded.replaceAll('USD', currency)
  const hash = createHash('sha256')
    .update(previousHash + entry)
    .digest('hex')
  const store = memoryStore()
  await importJournal({ store, lines: [JSON.stringify({ previousHash, hash }).slice(0, -1) + `,"entry":${entry}}`] })
  return store
}

describe('The currency of an account', () => {
  for (const currency of ['XCG', 'XAD', 'ZWG', 'VED', 'SLE']) {
    it(`may be ${currency}`, async () => {
      await using bursar = await openPaymentProcessor()
      const account = await changedAccount(bursar.createAccount({ accountId: 'a', currency, initialBalance: 1n }))
      expect(account.currency).to.equal(currency)
      expect((await bursar.getBalance(`@funding:${currency}`)).posted).to.equal(-1n)
    })
  }

  for (const currency of ['ANG', 'CUC', 'HRK']) {
    it(`may not be ${currency} any more, which is withdrawn`, async () => {
      await using bursar = await openPaymentProcessor()
      const { message } = await rejectionOf(bursar.createAccount({ accountId: 'a', currency }), InvalidRequestError)
      expect(message).to.match(/^Currency .* is withdrawn/)
    })
  }

  for (const currency of ['ANG', 'XXX']) {
    it(`stays ${currency} where an earlier version gave it that one, and the account goes on`, async () => {
      await using bursar = await openPaymentProcessor({ store: await storeWithAccountIn(currency) })
      const payment = await bursar.processPayment({ accountId: 'curacao', amount: 30n, idempotencyKey: 'k' })
      expect(payment.success).to.equal(true)
      await bursar.refundPayment({
        accountId: 'curacao',
        amount: 10n,
        idempotencyKey: 'r',
        originalTransactionId: payment.transactionId!
      })
      expect(await bursar.getBalance('curacao')).to.include({ currency, posted: -20n })
      expect(await bursar.getBalance('@settlement')).to.include({ currency, posted: 20n })
      expect((await bursar.verify()).problems).to.deep.equal([])
    })
  }

  it('may be named by a withdrawn code in a command for such an account', async () => {
    await using bursar = await openPaymentProcessor({ store: await storeWithAccountIn('ANG') })
    const request = { accountId: 'curacao', amount: 5n, currency: 'ANG', idempotencyKey: 'd' }
    expect((await bursar.deposit(request)).success).to.equal(true)
  })
})
