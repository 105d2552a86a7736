import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { DeadLetteredError, exportJournal, openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { faultyStore } from 'bursar/testing'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { bursar, bursarJson, onTerminal } from '../support/cli.js'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

/** A line break of its own, a colour, and the beginning of a formula. */
const HOSTILE = '=1+1\u2028\u001b[31m\u009b2J'

describe('the command line, for auditors', function () {
  this.timeout(120_000)
  let ledger: ReturnType<typeof sqliteLedger>
  let processor: PaymentProcessor
  let directory: string

  beforeEach(async () => {
    ledger = sqliteLedger()
    directory = dirname(ledger.path)
    processor = await openPaymentProcessor({ store: ledger.store() })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    const metadata = { note: HOSTILE }
    await approval(processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'one', metadata }))
  })

  afterEach(async () => {
    await processor.close()
    ledger.dispose()
  })

  it('checkpoint is one line, from which verify goes on', async () => {
    const file = join(directory, 'checkpoint.json')
    // Brings the tables up: a checkpoint is of the moment that they show.
    await processor.verify()
    const { exitCode, stdout } = await bursar('checkpoint', ledger.path)
    expect(exitCode).to.equal(0)
    expect(JSON.parse(stdout)).to.deep.equal(await processor.checkpoint())
    writeFileSync(file, stdout)
    await approval(processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'two' }))
    const [report] = await bursarJson('verify', ledger.path, '--since', file)
    expect(report).to.include({ ok: true, entries: 1 })
  })

  it('verify finds what was changed since a checkpoint', async () => {
    const file = join(directory, 'checkpoint.json')
    writeFileSync(file, JSON.stringify(await processor.checkpoint()))
    await processor.close()
    const database = openDatabase(ledger.path)
    database.exec('UPDATE accounts SET overdraft_limit = 1000')
    database.close()
    expect((await bursar('verify', ledger.path, '--since', file)).exitCode).to.equal(1)
  })

  it('verify refuses what is no checkpoint', async () => {
    const file = join(directory, 'checkpoint.json')
    for (const text of ['no JSON', '{}', '[]']) {
      writeFileSync(file, text)
      const { exitCode, stderr } = await bursar('verify', ledger.path, '--since', file)
      expect(exitCode, text).to.equal(2)
      expect(stderr).to.match(/^File .* holds no checkpoint|^Expected --since /)
    }
    expect((await bursar('verify', ledger.path, '--since', join(directory, 'nowhere'))).exitCode).to.equal(2)
  })

  it('verify shows on a terminal how far it is', async () => {
    const { exitCode, stdout } = await onTerminal('verify', ledger.path)
    expect(exitCode).to.equal(0)
    expect(stdout)
      .to.contain('100%')
      .and.match(/Verification +ok/)
  })

  for (const format of ['ndjson', 'csv'] as const) {
    it(`export writes the very text that the library exports as ${format}`, async () => {
      const { exitCode, stdout } = await bursar('export', ledger.path, '--format', format)
      expect(exitCode).to.equal(0)
      expect(stdout).to.equal((await collect(exportJournal(processor, { format }))).join(''))
    })
  }

  it('export begins where it is told to, and refuses other formats', async () => {
    const { stdout } = await bursar('export', ledger.path, '--after', '1')
    expect(stdout.trimEnd().split('\n')).to.have.length(1)
    expect((await bursar('export', ledger.path, '--format', 'xml')).exitCode).to.equal(2)
  })

  it('export cannot steer a terminal', async () => {
    const { stdout } = await onTerminal('export', ledger.path)
    // The terminal itself adds carriage returns.
    expect(stdout.replaceAll('\r\n', '\n').replaceAll('\n', '')).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}]/u)
  })

  describe('dead letters', () => {
    let id: string

    beforeEach(async () => {
      await processor.close()
      const store = faultyStore(ledger.store())
      const cure = store.poison('alice')
      const poisoned = await openPaymentProcessor({ store })
      const call = poisoned.processPayment({ accountId: 'alice', amount: 5n, idempotencyKey: 'letter' })
      id = (await rejectionOf(call, DeadLetteredError)).deadLetterId
      await poisoned.close()
      cure()
    })

    it('are listed beside the running processor', async () => {
      processor = await openPaymentProcessor({ store: ledger.store() })
      const [letter, ...others] = await bursarJson('dead-letters', 'list', ledger.path)
      expect(others).to.deep.equal([])
      expect(letter).to.include({ id, attempts: 1 })
      expect((await bursar('dead-letters', 'list', ledger.path)).stdout)
        .to.contain(id)
        .and.match(/ProcessPayment +alice +1 attempt +/)
    })

    it('are executed again, once', async () => {
      const [result] = await bursarJson('dead-letters', 'retry', ledger.path, id)
      expect(result).to.include({ success: true, amount: '5', replayed: false })
      expect(await bursarJson('dead-letters', 'list', ledger.path)).to.deep.equal([])
      expect((await bursar('dead-letters', 'list', ledger.path)).stdout).to.equal('No dead letters.\n')
      const { exitCode, stderr } = await bursar('dead-letters', 'retry', ledger.path, id)
      expect(exitCode).to.equal(2)
      expect(stderr).to.contain(id)
    })

    it('are discarded with a reason, which is recorded', async () => {
      expect((await bursar('dead-letters', 'discard', ledger.path, id, '')).exitCode).to.equal(2)
      expect((await bursar('dead-letters', 'discard', ledger.path, id, 'paid in cash')).exitCode).to.equal(0)
      expect(await bursarJson('dead-letters', 'list', ledger.path)).to.deep.equal([])
      expect((await bursar('journal', ledger.path)).stdout).to.contain('DiscardDeadLetter')
      expect((await bursar('export', ledger.path)).stdout).to.contain('paid in cash')
    })

    it('are left to the processor that has the ledger open', async () => {
      processor = await openPaymentProcessor({ store: ledger.store() })
      for (const args of [['retry'], ['discard']]) {
        const rest = args[0] === 'discard' ? ['a reason'] : []
        const { exitCode, stderr } = await bursar('dead-letters', ...args, ledger.path, id, ...rest)
        expect(exitCode).to.equal(2)
        expect(stderr).to.contain('only writer')
      }
    })
  })

  it('changes no byte of the ledger by reading it', async () => {
    await processor.close()
    const before = readFileSync(ledger.path)
    for (const command of ['checkpoint', 'verify', 'export', 'journal', 'stats', 'doctor']) {
      expect((await bursar(command, ledger.path)).exitCode, command).to.equal(0)
    }
    expect(readFileSync(ledger.path).equals(before)).to.equal(true)
  })
})
