import { copyFileSync, linkSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { openPaymentProcessor, ProcessorFailedError, StoreLostError, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { temporaryDirectory } from '../support/stores.js'
import { rejectionOf } from '../support/expectations.js'

/** What people, scripts and other programs do to the files of a ledger in use. */
const ACCIDENTS: readonly (readonly [title: string, happen: (path: string) => void])[] = [
  ['was deleted', path => unlinkSync(path)],
  ['was renamed', path => renameSync(path, `${path}.old`)],
  [
    'was replaced by a copy',
    path => {
      copyFileSync(path, `${path}.copy`)
      renameSync(`${path}.copy`, path)
    }
  ],
  ['was truncated', path => truncateSync(path, 4096)],
  ['was given a second name', path => linkSync(path, `${path}.other`)],
  ['lost its log', path => unlinkSync(`${path}-wal`)],
  [
    'got another log',
    path => {
      rmSync(`${path}-wal`)
      writeFileSync(`${path}-wal`, '')
    }
  ],
  ['has a log that was overwritten', path => writeFileSync(`${path}-wal`, Buffer.alloc(100_000))],
  ['lost its shared memory', path => unlinkSync(`${path}-shm`)]
]

describe('a ledger whose file', function () {
  this.timeout(60_000)
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string
  let processor: PaymentProcessor
  let paid: number

  beforeEach(async () => {
    directory = temporaryDirectory()
    path = `${directory.path}/payments.db`
    processor = await openPaymentProcessor({ store: sqliteStore({ path }) })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1_000_000n })
    paid = 0
  })

  afterEach(async () => {
    await processor.close().catch(() => undefined)
    directory.dispose()
  })

  const pay = () => processor.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: `order-${paid++}` })

  /** Pays one by one until that fails; how long that took. */
  async function payUntilItFails(): Promise<{ readonly error: unknown; readonly tookMs: number }> {
    const begun = performance.now()
    for (;;) {
      const error = await pay().then(
        () => undefined,
        (failure: unknown) => failure
      )
      const tookMs = performance.now() - begun
      if (error !== undefined) return { error, tookMs }
      if (tookMs > 10_000) throw new Error('Expected the payments to fail, got answers for ten seconds.')
      await new Promise(resolve => setTimeout(resolve, 1))
    }
  }

  for (const [title, happen] of ACCIDENTS) {
    it(`${title} stops, and says what happened`, async () => {
      await pay()
      happen(path)
      const { error } = await payUntilItFails()
      const lost = error instanceof ProcessorFailedError ? error.cause : error
      expect(lost).to.be.instanceOf(StoreLostError).and.include({ code: 'ERR_STORE_LOST', retryable: false })
      expect((lost as Error).message).to.contain(path)
      expect(processor.status).to.equal('failed')
      const later = await rejectionOf(pay(), ProcessorFailedError)
      expect(later.cause).to.be.instanceOf(StoreLostError)
      await rejectionOf(processor.close(), StoreLostError)
      expect(processor.status).to.equal('closed')
    })
  }

  it('was deleted says so while nobody pays', async () => {
    const failed = new Promise(resolve => processor.on('processor:failed', ({ error }) => resolve(error)))
    unlinkSync(path)
    expect(await failed)
      .to.have.property('cause')
      .that.is.instanceOf(StoreLostError)
    expect(processor.status).to.equal('failed')
  })

  it('was deleted just before it is closed says so at closing', async () => {
    await pay()
    unlinkSync(path)
    await rejectionOf(processor.close(), StoreLostError)
    expect(processor.status).to.equal('closed')
  })

  it('is there goes on, however often it was looked at', async () => {
    const ended = performance.now() + 1_200
    while (performance.now() < ended) await pay()
    await processor.close()
  })
})
