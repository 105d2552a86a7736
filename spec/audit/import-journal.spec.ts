import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import {
  exportJournal,
  importJournal,
  InvalidRequestError,
  JournalImportError,
  memoryStore,
  openPaymentProcessor,
  OutcomeUnknownError,
  StoreLockedError,
  type Checkpoint,
  type ImportJournalOptions,
  type PaymentProcessor,
  type Store
} from 'bursar'
import { manualClock } from 'bursar/testing'
import { DAMAGED, rechained, replacedAt } from './damaged-files.js'
import { doubtfulStore } from '../support/doubtful-store.js'
import { eventfulLife } from '../support/eventful-life.js'
import { collect, quiescence, rejectionOf } from '../support/expectations.js'
import { describeOnEveryStore } from '../support/on-every-store.js'

/** A ledger with a life behind it, as a file, and checkpoints of it by the entry that they were taken at. */
interface Exported {
  readonly lines: readonly string[]
  readonly checkpoints: ReadonlyMap<number, Checkpoint>
  readonly end: Checkpoint
}

const exported = async (bursar: PaymentProcessor) => collect(exportJournal(bursar, { format: 'ndjson' }))

async function life(): Promise<Exported> {
  const clock = manualClock()
  await using bursar = await openPaymentProcessor({ clock })
  const checkpoints = new Map<number, Checkpoint>()
  for (const step of eventfulLife(() => bursar, clock)) {
    await step()
    const checkpoint = await bursar.checkpoint()
    checkpoints.set(checkpoint.sequence, checkpoint)
  }
  const metadata = { 'sep\u2028arator\\u2028': 'a\u2029b\\\u2028c\\\\u2029"\n', ['__proto__']: 'x', '7': 'ű' }
  await bursar.createAccount({ accountId: '__proto__', currency: 'USD', metadata, actor: '=cmd', reason: '@sum' })
  return { lines: await exported(bursar), checkpoints, end: await bursar.checkpoint() }
}

describeOnEveryStore('Importing a journal', scene => {
  let file: Exported
  before(async () => {
    file = await life()
  })

  const into = (store: Store, lines: ImportJournalOptions['lines'], rest: Partial<ImportJournalOptions> = {}) =>
    importJournal({ store, lines, ...rest })

  it('makes the same ledger: the same head, the same entries, the same state', async () => {
    const { lines, end } = file
    const report = await into(scene.ledger.store(), lines, { checkpoint: end })
    expect(report).to.deep.equal({ entries: lines.length, imported: lines.length, headHash: end.hash })
    const bursar = await scene.open()
    expect(await bursar.checkpoint()).to.deep.equal(end)
    expect(await exported(bursar)).to.deep.equal(lines)
    expect(await bursar.verify()).to.deep.include({ ok: true, problems: [], headHash: end.hash })
    for (const since of file.checkpoints.values()) expect(await bursar.verify({ since })).to.include({ ok: true })
  })

  it('makes a ledger that goes on: known keys replay, open holds can be captured', async () => {
    await into(scene.ledger.store(), file.lines)
    scene.clock.advance(600_000)
    const bursar = await scene.open()
    const [open] = (await collect(bursar.listTransactions({ kind: 'authorization' }))).filter(
      ({ holdStatus }) => holdStatus === 'open'
    )
    const capture = { accountId: 'euro', authorizationId: open!.transactionId, idempotencyKey: 'capture at last' }
    expect(await bursar.capturePayment(capture)).to.include({ success: true, amount: 23n })
    const [paid] = await collect(bursar.listTransactions({ kind: 'payment', limit: 1 }))
    const again = { accountId: 'alice', amount: 100n, idempotencyKey: paid!.idempotencyKey! }
    expect(await bursar.processPayment(again)).to.include({ replayed: true, transactionId: paid!.transactionId })
    expect((await bursar.verify()).problems).to.deep.equal([])
  })

  it('takes lines that arrive one by one, without line ends or with those of Windows, and blank ones', async () => {
    const { lines, end } = file
    async function* arriving() {
      for (const [index, line] of lines.entries()) yield index % 2 === 0 ? line.trimEnd() : line.replace('\n', '\r\n')
      yield ''
    }
    expect(await into(scene.ledger.store(), arriving())).to.include({ headHash: end.hash })
  })

  it('takes the lines of a readline interface, whose lines come whether anybody waits for them or not', async () => {
    const { lines, end } = file
    const store = scene.gatedStore()
    const slow: Store = {
      async open() {
        await quiescence()
        return store.open()
      }
    }
    const input = createInterface({ input: Readable.from(lines) })
    expect(await into(slow, input, { checkpoint: end })).to.include({ headHash: end.hash })
  })

  it('lets the lines go when the store cannot be opened or a line is refused', async () => {
    let released = 0
    const lines = (texts: readonly string[]) => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: texts[0]! }),
        return: async () => {
          released++
          return { done: true as const, value: undefined }
        }
      })
    })
    await rejectionOf(into(scene.ledger.store(), lines(['no line'])), JournalImportError)
    await scene.open()
    await rejectionOf(into(scene.ledger.store(), lines(file.lines)), StoreLockedError)
    expect(released).to.equal(2)
  })

  it('can be interrupted at any entry and goes on, without importing anything twice', async () => {
    const { lines, end } = file
    let imported = 0
    for (let count = 1; count <= lines.length; count += 3) {
      imported += (await into(scene.ledger.store(), lines.slice(0, count))).imported
      expect(imported).to.equal(count)
    }
    const report = await into(scene.ledger.store(), lines, { checkpoint: end })
    expect(report).to.deep.equal({ entries: lines.length, imported: lines.length - imported, headHash: end.hash })
    expect(await (await scene.open()).checkpoint()).to.deep.equal(end)
    expect((await scene.open().catch((error: unknown) => error)) as Error).to.be.instanceOf(StoreLockedError)
  })

  it('goes on with a file that begins where the store ends', async () => {
    const { lines, end } = file
    await into(scene.ledger.store(), lines.slice(0, 10))
    expect(await into(scene.ledger.store(), lines.slice(8), { checkpoint: end })).to.include({
      imported: lines.length - 10
    })
    const error = await rejectionOf(into(memoryStore(), lines.slice(8)), JournalImportError)
    expect(error).to.include({ line: 1 })
  })

  for (const [what, damage, at] of DAMAGED) {
    it(`refuses a file in which ${what}, and names the line`, async () => {
      const error = await rejectionOf(into(scene.ledger.store(), damage(file.lines)), JournalImportError)
      expect(error).to.include({ line: at, code: 'ERR_JOURNAL_IMPORT', retryable: false })
      // The store is free again, and takes the undamaged file.
      const report = await into(scene.ledger.store(), file.lines, { checkpoint: file.end })
      expect(report.headHash).to.equal(file.end.hash)
    })
  }

  it('keeps the whole batches before a damaged line, and goes on behind them', async () => {
    await using source = await openPaymentProcessor()
    await source.createAccount({ accountId: 'alice', currency: 'USD' })
    await Promise.all(
      Array.from({ length: 1_300 }, (_, n) =>
        source.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: String(n) })
      )
    )
    const lines = await exported(source)
    const damaged = replacedAt(lines, 1_200, '"amount":"1"', '"amount":"2"')
    const told: number[] = []
    const onProgress = ({ entries }: { entries: number }) => told.push(entries)
    const error = await rejectionOf(into(scene.ledger.store(), damaged, { onProgress }), JournalImportError)
    expect(error.line).to.equal(1_200)
    expect(told).to.deep.equal([500, 1_000])
    expect(await into(scene.ledger.store(), lines, { onProgress })).to.include({ entries: 1_301, imported: 301 })
    expect(told.slice(2)).to.deep.equal([500, 1_000, 1_301])
    expect(await (await scene.open()).checkpoint()).to.deep.equal(await source.checkpoint())
  })

  it('refuses a file that was cut off, against a checkpoint, and names the missing line', async () => {
    const { lines, end } = file
    for (const count of [0, 1, lines.length - 1]) {
      const cut = into(scene.ledger.store(), lines.slice(0, count), { checkpoint: end })
      expect(await rejectionOf(cut, JournalImportError)).to.include({ line: count + 1 })
    }
    expect(await into(scene.ledger.store(), lines, { checkpoint: end })).to.include({ headHash: end.hash })
  })

  it('refuses a rewritten history, chained anew, against a checkpoint', async () => {
    // A ledger in which the key was another is a ledger that could have been.
    const rewritten = rechained(replacedAt(file.lines, 4, '"idempotencyKey":"', '"idempotencyKey":"x'))
    const checkpoint = file.checkpoints.get(10)!
    const error = await rejectionOf(into(scene.ledger.store(), rewritten, { checkpoint }), JournalImportError)
    expect(error.line).to.equal(10)
    expect(await into(scene.ledger.store(), rewritten)).to.include({ entries: file.lines.length })
  })

  it('refuses a store that holds another journal, and leaves it as it is', async () => {
    const bursar = await scene.given({ mallory: 7n, eve: 7n })
    const before = await bursar.checkpoint()
    await bursar.close()
    const error = await rejectionOf(into(scene.ledger.store(), file.lines), JournalImportError)
    expect(error).to.include({ line: 1 })
    expect(await (await scene.open()).checkpoint()).to.deep.equal(before)
  })

  it('refuses a store that is open, and checkpoints that are none', async () => {
    await scene.open()
    await rejectionOf(into(scene.ledger.store(), file.lines), StoreLockedError)
    const checkpoint = { ...file.end, hash: 'x' }
    await rejectionOf(into(memoryStore(), file.lines, { checkpoint }), InvalidRequestError)
  })

  it('passes on what the store, the lines or the listener reject with, and can be repeated', async () => {
    const store = doubtfulStore(scene.ledger.store())
    store.doubtCommits('landed')
    await rejectionOf(into(store, file.lines), OutcomeUnknownError)
    async function* breaking() {
      yield file.lines[0]!
      throw new RangeError('the disk was removed')
    }
    await rejectionOf(into(scene.ledger.store(), breaking()), RangeError)
    const onProgress = () => {
      throw new EvalError('enough')
    }
    await rejectionOf(into(scene.ledger.store(), file.lines, { onProgress }), EvalError)
    const later = async () => onProgress()
    await rejectionOf(into(scene.ledger.store(), file.lines, { onProgress: later }), EvalError)
    // The commit in doubt had landed.
    expect(await into(scene.ledger.store(), file.lines)).to.include({ imported: 0, headHash: file.end.hash })
  })

  it('of nothing into nothing is an empty ledger', async () => {
    const report = { entries: 0, imported: 0, headHash: '0'.repeat(64) }
    expect(await into(scene.ledger.store(), [])).to.deep.equal(report)
  })
})
