import { BursarError, CommandCancelledError, type Balance, type PaymentResult } from 'bursar'
import { expect } from 'chai'
import fc from 'fast-check'
import { OPENING_BALANCES, run, type Action, type Call, type Race } from './race.js'

const accountId = fc.constantFrom('alice', 'bob')
const money = {
  accountId,
  amount: fc.constantFrom(1n, 7n, 15n),
  key: fc.constantFrom('k0', 'k1', 'k2'),
  signal: fc.option(fc.constantFrom(0, 1), { nil: undefined, freq: 2 })
}
const command = fc.record(
  { kind: fc.constantFrom('pay' as const, 'deposit' as const, 'transfer' as const), ...money },
  { requiredKeys: ['kind', 'accountId', 'amount', 'key'] }
) as fc.Arbitrary<Action>
const read = fc.record({ kind: fc.constant('read' as const), accountId })
const cancel = fc.record({ kind: fc.constant('cancel' as const), signal: fc.constantFrom(0, 1) })

function callers(...endings: readonly { readonly kind: 'close' | 'abort' }[]): fc.Arbitrary<Action[][]> {
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 8, arbitrary: command },
    { weight: 3, arbitrary: read },
    { weight: 2, arbitrary: cancel },
    ...endings.map(ending => ({ weight: 1, arbitrary: fc.constant(ending) }))
  )
  return fc.array(fc.array(action, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 })
}

interface Answered<T> {
  readonly call: Call
  readonly answer: T
}

/** The answers to commands, in the order in which the commands were submitted. */
function resultsOf({ calls }: Race): readonly Answered<PaymentResult>[] {
  return calls.flatMap(call =>
    call.outcome?.status === 'fulfilled' && 'key' in call.action
      ? [{ call, answer: call.outcome.value as PaymentResult }]
      : []
  )
}

function balancesOf({ calls }: Race): readonly Answered<Balance>[] {
  return calls.flatMap(call =>
    call.outcome?.status === 'fulfilled' && call.action.kind === 'read'
      ? [{ call, answer: call.outcome.value as Balance }]
      : []
  )
}

function isCancelled({ outcome }: Call): boolean {
  return outcome?.status === 'rejected' && outcome.reason instanceof CommandCancelledError
}

/** All calls with the same account and key, the call itself included. */
function namesakesOf({ calls }: Race, { action }: Call): readonly Call[] {
  return calls.filter(
    ({ action: other }) =>
      'key' in action && 'key' in other && other.accountId === action.accountId && other.key === action.key
  )
}

/** The posted balance of an account after an entry, by what was written to the store. */
function postedAfter({ store }: Race, accountId: string, sequence: number): bigint {
  const postings = store.written.filter(entry => entry.sequence <= sequence).flatMap(entry => entry.postings)
  return postings
    .filter(posting => posting.accountId === accountId)
    .reduce((sum, posting) => sum + posting.amount, OPENING_BALANCES[accountId]!)
}

async function raced(
  endings: readonly { readonly kind: 'close' | 'abort' }[],
  check: (race: Race) => void
): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), callers(...endings), async (scheduler, actions) => {
    check(await run(scheduler, actions))
  })
  await fc.assert(property, { numRuns: 150 })
}

const CLOSE = { kind: 'close' } as const
const ABORT = { kind: 'abort' } as const

describe('calls that race with each other, with the store and with the end', () => {
  it('all get an answer, or an error that says what happened', async () => {
    await raced([CLOSE, ABORT], ({ calls, processor, store }) => {
      for (const { action, outcome } of calls) {
        expect(outcome, action.kind).to.not.equal(undefined)
        if (outcome?.status === 'rejected') expect(outcome.reason).to.be.instanceOf(BursarError)
        if (action.kind === 'close') expect(outcome?.status).to.equal('fulfilled')
      }
      expect(processor.status).to.equal('closed')
      expect(processor.queueLength).to.equal(0)
      expect(store.isClosed).to.equal(true)
    })
  })

  it('are executed in the order submitted, without holes', async () => {
    await raced([CLOSE], race => {
      const executed = resultsOf(race).filter(({ answer }) => !answer.replayed)
      const sequences = executed.map(({ answer }) => answer.sequence)
      expect(sequences).to.deep.equal([...sequences].sort((one, other) => one - other))
      const written = race.store.written.map(entry => entry.sequence)
      expect(written).to.deep.equal(written.map((_, index) => index + 1 + Object.keys(OPENING_BALANCES).length))
    })
  })

  it('have one effect for each key, and one answer', async () => {
    await raced([CLOSE, ABORT], race => {
      const effects = new Map<string, string>()
      for (const { outcome, command, transactionId } of race.store.written) {
        if (outcome !== 'approved' || !('idempotencyKey' in command)) continue
        const key = `${command.accountId} ${command.idempotencyKey}`
        expect(effects.has(key), `a second effect for ${key}`).to.equal(false)
        effects.set(key, transactionId!)
      }
      for (const { call, answer } of resultsOf(race)) {
        if (!answer.success || !('key' in call.action)) continue
        expect(answer.transactionId).to.equal(effects.get(`${call.action.accountId} ${call.action.key}`))
      }
    })
  })

  it('join only a call that somebody still waits for: what was given up does not keep its place in the order', async () => {
    await raced([CLOSE], race => {
      for (const { call, answer } of resultsOf(race)) {
        if (!answer.replayed) continue
        const earlier = namesakesOf(race, call).filter(other => other.place < call.place)
        const alive = earlier.filter(other => !isCancelled(other) || other.endedAt > call.place)
        expect(alive, `calls before call ${call.place}`).to.not.deep.equal([])
      }
    })
  })

  it('never have two commits under way', async () => {
    await raced([CLOSE, ABORT], ({ store }) => expect(store.commitsAtOnceMax).to.be.at.most(1))
  })

  it('are answered only when what they did is confirmed', async () => {
    await raced([CLOSE, ABORT], race => {
      for (const { call, answer } of resultsOf(race)) expect(answer.sequence).to.be.at.most(call.confirmed)
    })
  })

  it('read what was submitted before, and only when all of it is confirmed', async () => {
    await raced([CLOSE, ABORT], race => {
      for (const { call, answer } of balancesOf(race)) {
        const { accountId } = call.action as Action & { readonly kind: 'read' }
        expect(answer.sequence).to.be.at.most(call.confirmed)
        expect(answer.posted).to.equal(postedAfter(race, accountId, answer.sequence))
        for (const before of resultsOf(race)) {
          const isBefore = before.call.place < call.place
          if (before.answer.replayed) continue
          if (isBefore) expect(answer.sequence).to.be.at.least(before.answer.sequence)
          else expect(answer.sequence).to.be.below(before.answer.sequence)
        }
      }
    })
  })

  it('that were cancelled before they began have no effect', async () => {
    await raced([CLOSE], race => {
      for (const call of race.calls.filter(isCancelled)) {
        const { action } = call
        if (!('key' in action) || namesakesOf(race, call).length > 1) continue
        const entries = race.store.written.filter(
          ({ command }) =>
            'idempotencyKey' in command &&
            command.accountId === action.accountId &&
            command.idempotencyKey === action.key
        )
        expect(entries, `${action.accountId} ${action.key}`).to.deep.equal([])
      }
    })
  })

  it('never bring an account below zero', async () => {
    await raced([CLOSE, ABORT], ({ store }) => {
      for (const { accountId, balanceAfter } of store.written.flatMap(entry => entry.postings)) {
        if (!accountId.startsWith('@')) expect(balanceAfter >= 0n, accountId).to.equal(true)
      }
    })
  })
})
