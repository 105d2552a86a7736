import { expect } from 'chai'
import { ProcessorClosedError, type PaymentProcessor } from 'bursar'
import { isClean } from '../../../lib/cli/print-import.js'
import { CLEAN, importRows, stateOf } from '../../support/csv-import.js'
import { describeOnEveryStore } from '../../support/on-every-store.js'

describeOnEveryStore('an import in parts', scene => {
  let processor: PaymentProcessor

  beforeEach(async () => {
    processor = await scene.open()
  })

  it('keeps no more rows waiting than allowed', async () => {
    const watched = watchedQueue(processor)
    const rows = Array.from({ length: 60 }, (_, n) => `${n},,acc-${n % 7},deposit,,1,${Math.floor(n / 7) + 1}`)
    const report = await importRows(watched.processor, rows, { inFlightMax: 4 })
    expect(report.runningBalances).to.include({ compared: 60, count: 0 })
    // Creating the account, the deposit, and the question for the balance.
    expect(watched.most()).to.be.within(4, 3 * 4)
  })

  it('stops after the rows in flight when interrupted, and goes on from there', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `${index},,alice,deposit,,1,${index + 1}`)
    const controller = new AbortController()
    const first = await importRows(processor, many, {
      inFlightMax: 10,
      signal: controller.signal,
      onProgress: ({ line }) => {
        if (line === 50) controller.abort()
      }
    })
    expect(first.interrupted).to.equal(true)
    expect(first.imported).to.be.at.least(49).and.at.most(60)
    expect(isClean(first)).to.equal(true)

    const second = await importRows(processor, many)
    expect(second).to.include({ interrupted: false, replayed: first.imported, imported: 200 - first.imported })
    expect(second.runningBalances).to.include({ compared: 200 - first.imported, count: 0 })
    expect((await processor.getBalance('alice')).posted).to.equal(200n)
  })

  it('rejects when the processor closes under it, and goes on in the next run', async () => {
    let isClosing = false
    const outcome = await importRows(processor, CLEAN, {
      inFlightMax: 1,
      onProgress: () => {
        if (!isClosing) void processor.close()
        isClosing = true
      }
    }).catch((error: unknown) => error)
    expect(outcome).to.be.instanceOf(ProcessorClosedError)

    await processor.close()
    processor = await scene.open()
    const report = await importRows(processor, CLEAN)
    expect(report.imported + report.replayed).to.equal(5)
    expect(report.imported).to.be.at.least(1)
    expect(report.finalBalances).to.include({ compared: 2, count: 0 })
  })

  it('takes a key whose answer has expired for what it is: imported before', async () => {
    const change = { actor: 'ops', reason: 'short answers', idempotencyKey: 'lifetimes' }
    await processor.setKeyLifetimes({ answerTtlMs: 1_000, ...change })
    await importRows(processor, CLEAN)
    scene.clock.advance(2_000)
    const before = await stateOf(processor)
    expect(await importRows(processor, CLEAN)).to.include({ imported: 0, replayed: 5 })
    expect(await stateOf(processor)).to.deep.equal(before)
  })
})

/** The same processor, and the longest that its queue was after any call. */
function watchedQueue(processor: PaymentProcessor) {
  let most = 0
  const watched = new Proxy(processor, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args)
        most = Math.max(most, target.queueLength)
        return result
      }
    }
  })
  return { processor: watched, most: () => most }
}
