import { hash } from 'node:crypto'
import { expect } from 'chai'
import { InvalidRequestError, TransactionNotFoundError, type Command, type JournalEntry } from 'bursar'
import { approval, collect, decline, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const by = { actor: 'user-7', reason: 'asked by telephone' } as const
const alice = { accountId: 'alice' } as const
const payment = { ...alice, amount: 10n } as const

/** Who asked and why, as the journal has it. */
function attributionOf({ command }: JournalEntry): readonly unknown[] {
  return [command.type, 'actor' in command ? command.actor : null, 'reason' in command ? command.reason : null]
}

describeOnEveryStore('Who asked, and why,', scene => {
  it('is in the journal with every command that says it, also after a restart', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n })
    const { transactionId } = await approval(bursar.processPayment({ ...payment, idempotencyKey: 'p', ...by }))
    const hold = await approval(bursar.authorizePayment({ ...payment, idempotencyKey: 'h', ...by }))
    const other = await approval(bursar.authorizePayment({ ...payment, idempotencyKey: 'h2', ...by }))
    const commands: readonly Command[] = [
      { type: 'CreateAccount', accountId: 'carol', currency: 'USD', ...by },
      { type: 'RefundPayment', ...alice, originalTransactionId: transactionId, idempotencyKey: 'r', ...by },
      { type: 'Deposit', ...payment, idempotencyKey: 'd', ...by },
      { type: 'Transfer', ...payment, to: 'bob', idempotencyKey: 't', ...by },
      {
        type: 'PostTransaction',
        ...alice,
        legs: [{ from: 'alice', to: 'bob', amount: 1n, currency: 'USD' }],
        idempotencyKey: 'l',
        ...by
      },
      { type: 'CapturePayment', ...alice, authorizationId: hold.transactionId, idempotencyKey: 'c', ...by },
      { type: 'VoidPayment', ...alice, authorizationId: other.transactionId, idempotencyKey: 'v', ...by },
      { type: 'SetAccountLimits', ...alice, overdraftLimit: 1n, idempotencyKey: 's', ...by },
      { type: 'FreezeAccount', ...alice, direction: 'all', idempotencyKey: 'f', ...by },
      { type: 'UnfreezeAccount', ...alice, idempotencyKey: 'u', ...by },
      { type: 'CloseAccount', accountId: 'carol', idempotencyKey: 'x', ...by }
    ]
    for (const command of commands) expect(await bursar.submit(command)).to.include({ success: true })
    const expected = ['ProcessPayment', 'AuthorizePayment', 'AuthorizePayment', ...commands.map(({ type }) => type)]
    await bursar.close()
    const reopened = await scene.open()
    expect((await collect(reopened.journal({ after: 2 }))).map(attributionOf)).to.deep.equal(
      expected.map(type => [type, by.actor, by.reason])
    )
    expect((await reopened.verify()).problems).to.deep.equal([])
  })

  it('is in the journal with declines, and with attempts that were refused', async () => {
    const bursar = await scene.given({ alice: 100n, mallory: 0n })
    const { transactionId } = await approval(bursar.processPayment({ ...payment, idempotencyKey: 'p' }))
    const rich = { accountId: 'mallory', amount: 1n, idempotencyKey: 'k', actor: 'mallory@web' }
    await decline(bursar.processPayment(rich), 'insufficient_funds')
    const probe = { accountId: 'mallory', originalTransactionId: transactionId, idempotencyKey: 'r', actor: 'mallory' }
    await rejectionOf(bursar.refundPayment({ ...probe, reason: 'curiosity' }), TransactionNotFoundError)
    const [declined, refused] = await collect(bursar.journal({ after: 3 }))
    expect(declined).to.deep.include({ outcome: 'declined', code: 'insufficient_funds' })
    expect(attributionOf(declined!)).to.deep.equal(['ProcessPayment', 'mallory@web', null])
    expect(refused).to.deep.include({ outcome: 'refused', code: null, message: 'ERR_TRANSACTION_NOT_FOUND' })
    expect(refused).to.deep.include({ transactionId: null, postings: [], holds: [] })
    expect(attributionOf(refused!)).to.deep.equal(['RefundPayment', 'mallory', 'curiosity'])
  })

  it('is no part of what makes two requests the same: a retry by somebody else replays', async () => {
    const bursar = await scene.given({ alice: 100n })
    const first = bursar.processPayment({ ...payment, idempotencyKey: 'k', actor: 'one' })
    const joined = bursar.processPayment({ ...payment, idempotencyKey: 'k', actor: 'two', reason: 'retry' })
    expect((await approval(joined)).transactionId).to.equal((await approval(first)).transactionId)
    expect(await approval(bursar.processPayment({ ...payment, idempotencyKey: 'k' }))).to.include({ replayed: true })
    const journal = await collect(bursar.journal({ after: 1 }))
    expect(journal.map(attributionOf)).to.deep.equal([['ProcessPayment', 'one', null]])
  })

  it('leaves the stored text of a command that does not say it as it always was', async () => {
    const bursar = await scene.given({ alice: 100n })
    const [entry] = await collect(bursar.journal())
    const withUndefined = { accountId: 'bob', currency: 'USD', actor: undefined, reason: undefined }
    // As JavaScript callers write it.
    await bursar.createAccount(withUndefined as unknown as { accountId: string; currency: string })
    const [, other] = await collect(bursar.journal())
    for (const { command } of [entry!, other!]) expect(command).not.to.have.any.keys('actor', 'reason')
  })

  it('stands at the end of the command that is hashed, the actor before the reason of the others', async () => {
    const bursar = await scene.given({})
    await bursar.createAccount({ ...by, accountId: 'alice', currency: 'USD' })
    const [{ hash: found, timestamp, message } = expect.fail('an entry')] = await collect(bursar.journal())
    const time = timestamp.getTime()
    const command =
      '{"type":"CreateAccount","accountId":"alice","currency":"USD","initialBalance":"0","overdraftLimit":"0",' +
      '"metadata":{},"actor":"user-7","reason":"asked by telephone"}'
    const account =
      '{"accountId":"alice","currency":"USD","posted":"0","held":"0","overdraftLimit":"0","frozen":null,' +
      `"closed":false,"metadata":{},"createdAt":${time},"createdSequence":1,"holdDeadline":null}`
    const text =
      `{"sequence":1,"timestamp":${time},"command":${command},"message":"${message}","amount":"0",` +
      `"currency":"USD","account":${account}}`
    expect(found).to.equal(hash('sha256', '0'.repeat(64) + text, 'hex'))
  })

  const accepted: readonly (readonly [what: string, said: { actor?: string; reason?: string }])[] = [
    ['one character', { actor: 'x', reason: 'y' }],
    ['128 characters and 500', { actor: 'x'.repeat(128), reason: 'y'.repeat(500) }],
    ['text in any script', { actor: 'Zoë Ольга 金 🏦', reason: 'на дзвінок\nдругий рядок' }],
    ['an actor that is a long number, as ids may be', { actor: '4242424242424242' }]
  ]

  for (const [what, said] of accepted) {
    it(`may be ${what}`, async () => {
      const bursar = await scene.given({ alice: 100n })
      await approval(bursar.deposit({ ...payment, idempotencyKey: 'k', ...said }))
      const [entry] = await collect(bursar.journal({ after: 1 }))
      expect(entry!.command).to.include(said)
    })
  }

  const refused: readonly (readonly [what: string, said: object])[] = [
    ['an empty actor', { actor: '' }],
    ['an actor of 129 characters', { actor: 'x'.repeat(129) }],
    ['a line end in the actor', { actor: 'ops\nroot' }],
    ['a character that turns the direction of text in the actor', { actor: 'ops\u202egnp' }],
    ['a lone surrogate in the actor', { actor: '\ud800' }],
    ['an actor that is no text', { actor: 7 }],
    ['null as an actor', { actor: null }],
    ['an empty reason', { reason: '' }],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }],
    ['a lone surrogate in the reason', { reason: '\udc00' }],
    ['a reason that is no text', { reason: { toString: () => 'x' } }],
    ['a reason that is a card number', { reason: '4242 4242 4242 4242' }]
  ]

  for (const [what, said] of refused) {
    it(`is refused with ${what}, and nothing is recorded`, async () => {
      const bursar = await scene.given({ alice: 100n })
      await rejectionOf(bursar.deposit({ ...payment, idempotencyKey: 'k', ...said }), InvalidRequestError)
      await rejectionOf(bursar.unfreezeAccount({ ...alice, idempotencyKey: 'k', ...said }), InvalidRequestError)
      expect(await collect(bursar.journal())).to.have.length(1)
    })
  }
})
