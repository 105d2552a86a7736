import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { bursar, bursarJson, inShell, onTerminal } from '../support/cli.js'
import { HEADER } from '../support/csv-import.js'
import { approval } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

/** What a hostile caller would put where text goes: a colour, a title, a bell, a line break, a bidirectional override. */
const HOSTILE = '\u001b[31mred\u001b]0;title\u0007\nsecond line\r\u009b2J\u202egnp.exe'
const STEERING = /[\p{Cc}\p{Cf}]/u

describe('the command line', function () {
  this.timeout(120_000)
  let ledger: ReturnType<typeof sqliteLedger>
  let processor: PaymentProcessor
  let directory: string

  beforeEach(async () => {
    ledger = sqliteLedger()
    directory = dirname(ledger.path)
    processor = await openPaymentProcessor({ store: ledger.store() })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })
    await approval(processor.processPayment({ accountId: 'alice', amount: 25_00n, idempotencyKey: 'order-1' }))
  })

  afterEach(async () => {
    await processor.close()
    ledger.dispose()
  })

  const csvFile = (...lines: readonly string[]): string => {
    const path = join(directory, 'file.csv')
    writeFileSync(path, [HEADER, ...lines].map(line => `${line}\n`).join(''))
    return path
  }

  const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1)

  describe('a failure', () => {
    it('is told in JSON to those who asked for it', async () => {
      const { exitCode, stderr } = await bursar('balance', ledger.path, 'nobody', '--json')
      expect(exitCode).to.equal(2)
      expect(JSON.parse(stderr)).to.have.nested.property('error.code', 'ERR_ACCOUNT_NOT_FOUND')
    })
  })

  describe('reading beside the running processor', () => {
    it('balance tells what an account has, and had', async () => {
      const { exitCode, stdout } = await bursar('balance', ledger.path, 'alice')
      expect(exitCode).to.equal(0)
      expect(stdout).to.match(/^Posted +75\.00 USD$/m)
      const [then] = await bursarJson('balance', ledger.path, 'alice', '--at', '1')
      expect(then).to.include({ accountId: 'alice', posted: '10000', sequence: 1 })
    })

    it('journal lists every entry, from where and as many as asked', async () => {
      const all = await bursarJson('journal', ledger.path)
      expect(all.map(({ sequence }) => sequence)).to.deep.equal([1, 2])
      expect(await bursarJson('journal', ledger.path, '--after', '1')).to.deep.equal(all.slice(1))
      expect(await bursarJson('journal', ledger.path, '--limit', '1')).to.deep.equal(all.slice(0, 1))
      const { stdout } = await bursar('journal', ledger.path)
      const [creation, payment] = linesOf(stdout)
      expect(payment).to.match(/ProcessPayment +alice +25\.00 USD {2}approved +order-1 +txn_/)
      for (const column of ['alice', 'USD', 'approved']) {
        expect(payment!.indexOf(column), column).to.equal(creation!.indexOf(column))
      }
      expect((await bursar('journal', ledger.path, '--after', '2')).stdout).to.equal('No entries after 2.\n')
    })

    it('verify says so when all is well, and fails when it is not', async () => {
      expect((await bursar('verify', ledger.path)).exitCode).to.equal(0)
      await processor.close()
      const database = openDatabase(ledger.path)
      database.exec(`UPDATE accounts SET posted = posted + 1 WHERE account_id = 'alice'`)
      database.close()
      const { exitCode, stdout } = await bursar('verify', ledger.path)
      expect(exitCode).to.equal(1)
      expect(stdout).to.contain('posted is 7501 in the store, 7500 by the journal')
      expect((await bursarJson('verify', ledger.path))[0]).to.include({ ok: false })
    })

    it('stats counts', async () => {
      const [numbers] = await bursarJson('stats', ledger.path)
      expect(numbers).to.include({ entries: 2, transactions: 1, epoch: 1, openHolds: 0 })
      expect((await bursar('stats', ledger.path)).stdout).to.match(/^Transactions +1$/m)
      expect(numbers).to.deep.include({ keyLifetimes: { answerTtlMs: null, keyTtlMs: null } })
      expect((await bursar('stats', ledger.path)).stdout).to.match(/^Keys +answer for ever$/m)
    })

    it('backup writes a copy once, and never over a file', async () => {
      const target = join(directory, 'copy.db')
      const first = await bursar('backup', ledger.path, target)
      expect(first).to.include({ exitCode: 0, stderr: '' })
      expect(first.stdout).to.match(/^Up to entry +2$/m)
      expect((await bursar('verify', target)).exitCode).to.equal(0)
      expect((await bursar('backup', ledger.path, target)).exitCode).to.equal(2)
    })
  })

  describe('import', () => {
    it('books every row once, and nothing the second time', async () => {
      await processor.close()
      const file = csvFile('1,,bob,deposit,cash,1000,1000', '2,,bob,payment,rent,300,700')
      const first = await bursar('import', ledger.path, file, '--currency', 'CZK')
      expect(first).to.include({ exitCode: 0, stderr: '' })
      expect(first.stdout).to.match(/^Imported +2$/m)
      const [second] = await bursarJson('import', ledger.path, file, '--currency', 'CZK')
      expect(second).to.include({ imported: 0, replayed: 2, transactions: 3 })
    })

    it('says with the exit code that a row was declined, or that the file is of no use', async () => {
      await processor.close()
      const declined = csvFile('1,,bob,payment,rent,300,')
      expect((await bursar('import', ledger.path, declined, '--currency', 'CZK')).exitCode).to.equal(1)
      writeFileSync(declined, 'a,b\n')
      expect((await bursar('import', ledger.path, declined, '--currency', 'CZK')).exitCode).to.equal(2)
      expect((await bursar('import', ledger.path, directory, '--currency', 'CZK')).exitCode).to.equal(2)
    })

    it('is refused while a processor has the ledger open', async () => {
      const { exitCode, stderr } = await bursar('import', ledger.path, csvFile(), '--currency', 'CZK')
      expect(exitCode).to.equal(2)
      expect(stderr).to.contain('only writer')
    })
  })

  describe('what a hostile caller has written', () => {
    beforeEach(async () => {
      const metadata = { [HOSTILE.slice(0, 40)]: HOSTILE }
      await approval(processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: 'evil', metadata }))
    })

    for (const command of [
      ['journal', 'LEDGER'],
      ['statement', 'LEDGER', 'alice'],
      ['balance', 'LEDGER', 'alice']
    ]) {
      for (const json of [[], ['--json']]) {
        it(`cannot steer a terminal: ${[...command, ...json].join(' ')}`, async () => {
          const args = [...command, ...json].map(arg => (arg === 'LEDGER' ? ledger.path : arg))
          const { stdout } = await bursar(...args)
          expect(linesOf(stdout)).not.to.be.empty
          for (const line of linesOf(stdout)) expect(line).not.to.match(STEERING)
        })
      }
    }

    it('is the same text again for whoever reads the JSON', async () => {
      const [entry] = await bursarJson('journal', ledger.path, '--after', '2')
      expect(Object.values((entry!['command'] as { metadata: object }).metadata)).to.deep.equal([HOSTILE])
    })

    it('cannot steer a terminal out of a forged file either', async () => {
      await processor.close()
      const database = openDatabase(ledger.path)
      database.prepare(`UPDATE accounts SET account_id = ? WHERE account_id = 'alice'`).run(HOSTILE)
      database.close()
      const { exitCode, stdout } = await bursar('verify', ledger.path)
      expect(exitCode).to.equal(1)
      for (const line of linesOf(stdout)) expect(line).not.to.match(STEERING)
    })

    it('cannot steer a terminal as an argument', async () => {
      const { stderr } = await bursar('balance', ledger.path, HOSTILE)
      for (const line of linesOf(stderr)) expect(line).not.to.match(STEERING)
    })
  })

  describe('as a process', () => {
    it('ends without a trace when the reader of a pipe has had enough', async () => {
      await Promise.all(
        Array.from({ length: 3_000 }, (_, number) =>
          processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: `many ${number}` })
        )
      )
      const ended = await inShell('| head -n 1', 'journal', ledger.path, '--json')
      expect(ended).to.deep.include({ exitCode: 0, stderr: '' })
      expect(JSON.parse(ended.stdout)).to.include({ sequence: 1 })
    })

    it('fails when the answer cannot be written', async function () {
      if (!existsSync('/dev/full')) this.skip()
      const ended = await inShell('> /dev/full', 'journal', ledger.path)
      expect(ended.exitCode).not.to.equal(0)
    })

    it('draws progress on a terminal, and nowhere else', async () => {
      await processor.close()
      const rows = Array.from({ length: 50 }, (_, number) => `${number},,bob,deposit,cash,10,`)
      const file = csvFile(...rows)
      const piped = await inShell('', 'import', join(directory, 'piped.db'), file, '--currency', 'CZK')
      expect(piped).to.deep.include({ exitCode: 0, stderr: '' })
      const shown = await onTerminal('import', join(directory, 'shown.db'), file, '--currency', 'CZK')
      expect(shown.exitCode, shown.stdout).to.equal(0)
      expect(shown.stdout).to.contain('100%').and.contain('\u001b[')
      const copy = await onTerminal('backup', join(directory, 'shown.db'), join(directory, 'copy.db'))
      expect(copy.stdout)
        .to.contain('checked')
        .and.match(/Up to entry +51/)
      expect(readdirSync(directory).filter(name => name.endsWith('.part'))).to.deep.equal([])
    })
  })

  it('reads a restored backup as it reads the ledger', async () => {
    const copy = join(directory, 'copy.db')
    await processor.backup(copy)
    expect(await bursarJson('journal', copy)).to.deep.equal(await bursarJson('journal', ledger.path))
    await using restored = await openPaymentProcessor({ store: sqliteStore({ path: copy }) })
    expect(restored.status).to.equal('ready')
  })
})
