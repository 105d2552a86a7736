import { expect } from 'chai'
import { AccountNotFoundError, InvalidRequestError } from 'bursar'
import { approval, changedAccount, collect, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

/** Printable ASCII without blanks, quotes and what separates or escapes. */
const ALPHABET = [...Array(0x7f).keys()]
  .map(code => String.fromCharCode(code))
  .filter(character => character > ' ' && !`"'\`,;\\<>`.includes(character))
  .join('')

describeOnEveryStore('Account ids', scene => {
  for (const accountId of [
    'a',
    '0',
    '-',
    '.',
    ':',
    '_',
    'bob@example.com',
    'a+b@x.de',
    'auth0|507f1f77bcf86cd799439020',
    '/tenants/7/accounts/8',
    'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'https://example.com/~bob?x=1&y=%20#z',
    '-rf',
    '=1+1',
    '#1',
    '{}[]()!$*^',
    'user:42',
    ALPHABET,
    'x'.repeat(128),
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'null',
    'undefined',
    'NaN',
    '4242424242424242'
  ]) {
    it(`may be ${accountId.length > 70 ? `${accountId.length} characters` : accountId}`, async () => {
      const bursar = await scene.given({ other: 10n })
      await rejectionOf(bursar.getAccount(accountId), AccountNotFoundError)
      await changedAccount(bursar.createAccount({ accountId, currency: 'USD', initialBalance: 100n }))
      await approval(bursar.processPayment({ accountId, payee: 'other', amount: 30n, idempotencyKey: accountId }))
      await approval(bursar.transfer({ accountId: 'other', to: accountId, amount: 5n, idempotencyKey: 't' }))
      await bursar.close()
      const reopened = await scene.open()
      expect(await reopened.getBalance(accountId)).to.include({ posted: 75n })
      expect(await collect(reopened.listTransactions({ accountId }))).to.have.length(2)
      expect((await reopened.verify()).problems).to.deep.equal([])
    })
  }

  it('differ by case and by every character', async () => {
    const bursar = await scene.given({ bob: 1n, Bob: 2n, BOB: 3n, 'bob.': 4n, 'bob-': 5n })
    expect((await bursar.getBalance('bob')).posted).to.equal(1n)
    expect((await bursar.getBalance('BOB')).posted).to.equal(3n)
    expect((await bursar.getBalance('bob-')).posted).to.equal(5n)
  })

  for (const [what, accountId] of [
    ['empty', ''],
    ['129 characters', 'x'.repeat(129)],
    ['a space', 'al ice'],
    ['a trailing space', 'alice '],
    ['a line break', 'alice\n'],
    ['a comma', 'a,b'],
    ['a semicolon', 'a;b'],
    ['a double quote', 'a"b'],
    ['a single quote', "a'b"],
    ['a backtick', 'a`b'],
    ['a backslash', 'a\\b'],
    ['a less-than sign', 'a<b'],
    ['a greater-than sign', 'a>b'],
    ['a tab', 'a\tb'],
    ['a delete character', 'a\x7f'],
    ['a letter outside the alphabet', 'zoë'],
    ['a lone surrogate', 'a\ud800'],
    ['a null character', 'a\0'],
    ['a number', 42],
    ['nothing', undefined],
    ['null', null],
    ['an object that reads as an id', { toString: () => 'alice' }]
  ] as const) {
    it(`are refused with ${what}, for every call`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const id = accountId as string
      const money = { amount: 1n, idempotencyKey: 'k' }
      for (const call of [
        bursar.createAccount({ accountId: id, currency: 'USD' }),
        bursar.processPayment({ accountId: id, ...money }),
        bursar.deposit({ accountId: id, ...money }),
        bursar.transfer({ accountId: 'alice', to: id, ...money }),
        bursar.refundPayment({ accountId: id, originalTransactionId: 'txn_1', idempotencyKey: 'k' }),
        bursar.getAccount(id),
        bursar.getBalance(id)
      ]) {
        await rejectionOf(call, InvalidRequestError)
      }
      if (accountId !== undefined) {
        await rejectionOf(bursar.processPayment({ accountId: 'alice', payee: id, ...money }), InvalidRequestError)
        await rejectionOf(collect(bursar.listTransactions({ accountId: id })), InvalidRequestError)
      }
      expect(await collect(bursar.journal())).to.have.length(1)
    })
  }

  for (const accountId of ['@funding', '@settlement', '@funding:USD', '@settlement:USD', '@mine', '@']) {
    it(`of system accounts such as ${accountId} cannot be created, paid from or refunded by callers`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const request = { accountId: 'alice', amount: 10n, idempotencyKey: 'p' }
      const { transactionId } = await approval(bursar.processPayment(request))
      const money = { accountId, amount: 1n, idempotencyKey: 'k' }
      for (const call of [
        bursar.createAccount({ accountId, currency: 'USD' }),
        bursar.processPayment(money),
        bursar.transfer({ ...money, to: 'alice' }),
        bursar.deposit(money),
        bursar.refundPayment({ accountId, originalTransactionId: transactionId, idempotencyKey: 'k' })
      ]) {
        await rejectionOf(call, InvalidRequestError)
      }
      expect(await collect(bursar.journal())).to.have.length(2)
      expect((await bursar.getBalance('@settlement')).posted).to.equal(10n)
    })
  }
})
