import { expect } from 'chai'
import fc from 'fast-check'
import { KeyedMap } from '../../lib/domain/keyed-map.js'

const accountIds = ['alice', 'bob', 'carol']
const keys = ['order', 'fee']

describe('Values by account and idempotency key', () => {
  it('are what a plain map of both would hold, in whatever order accounts use, reuse and give up the same keys', () => {
    const step = fc.record({
      accountId: fc.constantFrom(...accountIds),
      key: fc.constantFrom(...keys),
      change: fc.constantFrom('set', 'delete', 'delete what was replaced')
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        const map = new KeyedMap<{ readonly command: { readonly accountId: string } }>()
        const expected = new Map<string, { command: { accountId: string } }>()
        for (const { accountId, key, change } of steps) {
          const name = JSON.stringify([accountId, key])
          const value = { command: { accountId } }
          if (change === 'set') {
            map.set(key, value)
            expected.set(name, value)
          } else {
            const given = change === 'delete' ? (expected.get(name) ?? value) : value
            expect(map.delete(key, given)).to.equal(expected.get(name) === given && expected.delete(name))
          }
          expect([...map.values()]).to.have.members([...expected.values()])
          for (const owner of accountIds) {
            for (const each of keys) expect(map.get(owner, each)).to.equal(expected.get(JSON.stringify([owner, each])))
          }
        }
      })
    )
  })
})
