import { expect } from 'chai'
import { InvalidRequestError, type Checkpoint, type VerificationProgress } from 'bursar'
import { collect, quiescence, rejectionOf } from '../support/expectations.js'
import { eventfulLife } from '../support/eventful-life.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

const asJson = (checkpoint: Checkpoint) => JSON.parse(JSON.stringify(checkpoint)) as Checkpoint

describeOnEveryStore('A checkpoint', scene => {
  it('says where the ledger stood, in plain values', async () => {
    const bursar = await scene.given({ alice: 100n, bob: 0n })
    await bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' })
    const checkpoint = await bursar.checkpoint()
    const last = (await collect(bursar.journal())).at(-1)!
    expect(checkpoint).to.deep.include({
      version: 1,
      sequence: 3,
      hash: last.hash,
      timestamp: last.timestamp.getTime(),
      transactionCount: 1,
      // Alice, Bob, and the two system accounts.
      accountCount: 4
    })
    expect(checkpoint.stateHash).to.match(/^[0-9a-f]{64}$/)
    expect(asJson(checkpoint)).to.deep.equal(checkpoint)
  })

  it('is the same for the same moment, also after a restart, and another one after the next entry', async () => {
    const bursar = await scene.given({ alice: 100n })
    const checkpoint = await bursar.checkpoint()
    expect(await bursar.checkpoint()).to.deep.equal(checkpoint)
    await bursar.close()
    const reopened = await scene.open()
    expect(await reopened.checkpoint()).to.deep.equal(checkpoint)
    await reopened.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' })
    const next = await reopened.checkpoint()
    expect([next.hash, next.stateHash]).not.to.have.any.members([checkpoint.hash, checkpoint.stateHash])
  })

  it('takes into account everything submitted before it', async () => {
    const bursar = await scene.given({ alice: 100n })
    const paid = bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' })
    expect(await bursar.checkpoint()).to.include({ sequence: 2, transactionCount: 1 })
    await paid
  })

  it('of any moment of an eventful life is where a verification can begin', async () => {
    let bursar = await scene.open()
    const checkpoints = [await bursar.checkpoint()]
    for (const step of eventfulLife(() => bursar, scene.clock)) {
      await step()
      const checkpoint = await bursar.checkpoint()
      expect(checkpoint.sequence).to.be.above(checkpoints.at(-1)!.sequence)
      checkpoints.push(checkpoint)
    }
    for (const restart of [false, true]) {
      if (restart) {
        await bursar.close()
        bursar = await scene.open()
      }
      const { problems, entries, headHash } = await bursar.verify()
      expect(problems).to.deep.equal([])
      for (const since of checkpoints) {
        const report = await bursar.verify({ since: asJson(since) })
        expect(report.problems, `since ${since.sequence}`).to.deep.equal([])
        expect(report).to.include({ ok: true, entries: entries - since.sequence, headHash })
      }
    }
  })

  it('beyond the end of the journal shows that entries were cut off', async () => {
    const bursar = await scene.given({ alice: 100n })
    const since = { ...(await bursar.checkpoint()), sequence: 2 }
    const report = await bursar.verify({ since })
    expect(report).to.include({ ok: false, entries: 0 })
    expect(report.problems).to.have.length(1)
    expect(report.problems[0]!.message).to.contain('ends at entry 1, before the checkpoint at 2')
  })

  for (const [what, changed] of [
    ['another hash', { hash: 'a'.repeat(64) }],
    ['another time', { timestamp: 1 }],
    ['another state', { stateHash: 'a'.repeat(64) }],
    ['another number of accounts', { accountCount: 7 }],
    ['another number of transactions', { transactionCount: 7 }]
  ] as const) {
    it(`with ${what} is one of another ledger`, async () => {
      const bursar = await scene.given({ alice: 100n, bob: 0n })
      const since = { ...(await bursar.checkpoint()), ...changed }
      await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' })
      const { ok, problems } = await bursar.verify({ since })
      expect(ok).to.equal(false)
      expect(problems).to.have.length(1)
    })
  }

  const malformed: readonly (readonly [what: string, since: (checkpoint: Checkpoint) => unknown])[] = [
    ['null', () => null],
    ['a text', checkpoint => JSON.stringify(checkpoint)],
    ['a sequence alone', () => 3],
    ['an array', checkpoint => [checkpoint]],
    ['a later version', checkpoint => ({ ...checkpoint, version: 2 })],
    ['no version', ({ version: _, ...rest }) => rest],
    ['a negative sequence', checkpoint => ({ ...checkpoint, sequence: -1 })],
    ['a sequence that is no whole number', checkpoint => ({ ...checkpoint, sequence: 1.5 })],
    ['a hash that is too short', checkpoint => ({ ...checkpoint, hash: 'abc' })],
    ['a hash in capitals', checkpoint => ({ ...checkpoint, hash: 'A'.repeat(64) })],
    ['no hash of the state', ({ stateHash: _, ...rest }) => rest],
    ['a time that is a Date', checkpoint => ({ ...checkpoint, timestamp: new Date(0) })]
  ]

  for (const [what, since] of malformed) {
    it(`is refused as ${what}`, async () => {
      const bursar = await scene.given({ alice: 100n })
      const wrong = since(await bursar.checkpoint()) as Checkpoint
      await rejectionOf(bursar.verify({ since: wrong }), InvalidRequestError)
    })
  }
})

describeOnEveryStore('A verification', scene => {
  const pay = (bursar: Awaited<ReturnType<typeof scene.open>>, count: number, name: string) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: `${name} ${index}` })
      )
    )

  it('tells how far it is, of the entries that it has to check', async () => {
    const bursar = await scene.given({ alice: 0n })
    await pay(bursar, 499, 'a')
    const since = await bursar.checkpoint()
    await pay(bursar, 2_200, 'b')
    const told: VerificationProgress[] = []
    const onProgress = (progress: VerificationProgress) => told.push(progress)
    await bursar.verify({ onProgress })
    expect(told).to.deep.equal([0, 1_000, 2_000, 2_700].map(entries => ({ entries, total: 2_700 })))
    told.length = 0
    await bursar.verify({ since, onProgress })
    expect(told).to.deep.equal([0, 1_000, 2_000, 2_200].map(entries => ({ entries, total: 2_200 })))
  })

  it('lets everything else have its turns meanwhile', async () => {
    const bursar = await scene.given({ alice: 0n })
    await pay(bursar, 2_500, 'a')
    const order: string[] = []
    const verified = bursar.verify().then(() => order.push('verified'))
    await quiescence()
    await bursar.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'k' })
    order.push('paid')
    await verified
    expect(order).to.have.members(['paid', 'verified'])
  })

  const enough = (): never => {
    throw new RangeError('enough')
  }
  for (const [mode, onProgress] of [
    ['whole', enough],
    ['since', enough],
    ['whole, async', async () => enough()],
    ['since, async', async () => enough()]
  ] as const) {
    it(`is ended by what its listener throws, and leaves nothing open (${mode})`, async () => {
      const bursar = await scene.given({ alice: 0n })
      const since = mode.startsWith('since') ? { since: await bursar.checkpoint() } : {}
      await rejectionOf(bursar.verify({ ...since, onProgress }), RangeError)
      await bursar.close()
      expect(await (await scene.open()).verify()).to.include({ ok: true })
    })
  }

  it('refuses a listener that is none', async () => {
    const bursar = await scene.given({ alice: 0n })
    const onProgress = 'often' as unknown as () => void
    await rejectionOf(bursar.verify({ onProgress }), InvalidRequestError)
  })
})
