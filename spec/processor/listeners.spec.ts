import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { approval, quiescence } from '../support/expectations.js'

const broken = (): never => {
  throw new Error('no dashboard today')
}

/** Listeners of an application, and what its operator reads of each. */
const LISTENERS: readonly (readonly [string, () => unknown, string])[] = [
  ['throws', broken, 'Error: no dashboard today'],
  ['is async and rejects', async () => broken(), 'Error: no dashboard today'],
  [
    'returns a thenable that rejects',
    () => ({ then: (_: unknown, reject: (e: Error) => void) => reject(new Error('late')) }),
    'Error: late'
  ],
  ['returns a thenable that throws', () => ({ then: broken }), 'Error: no dashboard today'],
  [
    'throws what has no text',
    () => {
      throw Object.create(null)
    },
    'an object'
  ]
]

describe('A listener that', () => {
  for (const [what, listener, text] of LISTENERS) {
    it(`${what} costs no payment its answer, and becomes a warning of the process`, async () => {
      const warnings: string[] = []
      const onWarning = ({ name, message }: Error) => warnings.push(`${name}: ${message}`)
      process.on('warning', onWarning)
      await using bursar = await openPaymentProcessor()
      await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
      bursar.on('group:committed', listener)
      bursar.on('command:executed', listener)
      await approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' }))
      await quiescence()
      process.off('warning', onWarning)
      expect(warnings.sort()).to.deep.equal([
        `BursarWarning: A listener of command:executed failed: ${text}`,
        `BursarWarning: A listener of group:committed failed: ${text}`
      ])
      expect(bursar.status).to.equal('ready')
    })
  }
})
