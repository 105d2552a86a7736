import { inspect } from 'node:util'
import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'

const SECRET = 'hunter2-hunter2'
const CARD = '4111111111111111'
const USD = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' } as const

type Call = (bursar: PaymentProcessor) => Promise<unknown>

/** Requests with something secret in their metadata or reason, each wrong in another way. */
const CALLS: Readonly<Record<string, Call>> = {
  'a value that is too long': b => b.deposit({ ...USD, metadata: { note: 'x'.repeat(501), secret: SECRET } }),
  'a value that is no text': b =>
    b.deposit({ ...USD, metadata: { secret: { password: SECRET } as unknown as string } }),
  'metadata that is no object': b => b.deposit({ ...USD, metadata: [SECRET] as unknown as Record<string, string> }),
  'a card number': b => b.deposit({ ...USD, metadata: { secret: SECRET, card: CARD } }),
  'a card number as reason': b =>
    b.freezeAccount({ accountId: 'alice', direction: 'all', reason: CARD, idempotencyKey: 'k' }),
  'an unknown account': b => b.deposit({ ...USD, accountId: 'nobody', metadata: { secret: SECRET } }),
  'a key in conflict': b => b.deposit({ ...USD, idempotencyKey: 'used', amount: 2n, metadata: { secret: SECRET } }),
  'an amount that is none': b => b.deposit({ ...USD, amount: { [SECRET]: SECRET } as unknown as bigint })
}

describe('An error', () => {
  let bursar: PaymentProcessor

  beforeEach(async () => {
    bursar = await openPaymentProcessor()
    await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    await bursar.deposit({ ...USD, idempotencyKey: 'used', metadata: { secret: SECRET } })
  })

  afterEach(() => bursar.close())

  for (const [what, call] of Object.entries(CALLS)) {
    it(`about ${what} repeats nothing secret, in no field and no cause`, async () => {
      const error = await call(bursar).then(
        () => expect.fail('Expected a rejection'),
        (reason: unknown) => reason
      )
      const everything = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error)
      expect(everything).not.to.contain(SECRET).and.not.to.contain(CARD)
    })
  }
})
