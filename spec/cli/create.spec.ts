import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { bursar, bursarJson } from '../support/cli.js'
import { sqliteLedger } from '../support/stores.js'

describe('bursar create', () => {
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(() => {
    ledger = sqliteLedger()
  })

  afterEach(() => ledger.dispose())

  it('makes a ledger that an application opens with create never', async () => {
    expect(await bursarJson('create', ledger.path)).to.deep.equal([{ created: ledger.path }])
    const processor = await openPaymentProcessor({ store: sqliteStore({ path: ledger.path, create: 'never' }) })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 1n })
    await processor.close()
  })

  it('leaves a file that exists as it is', async () => {
    await bursar('create', ledger.path)
    const before = readFileSync(ledger.path)
    const { exitCode, stderr } = await bursar('create', ledger.path)
    expect(exitCode).to.equal(2)
    expect(stderr).to.contain(ledger.path)
    expect(readFileSync(ledger.path).equals(before)).to.equal(true)
  })

  for (const command of ['dead-letters retry', 'dead-letters discard', 'balance', 'verify', 'backup']) {
    it(`is needed first: ${command} makes no ledger`, async () => {
      const words = { 'dead-letters discard': ['id', 'why'], verify: [] as string[] }[command] ?? ['another']
      const { exitCode, stderr } = await bursar(...command.split(' '), ledger.path, ...words)
      expect(exitCode).to.equal(2)
      expect(stderr).to.contain('not found')
      expect(existsSync(ledger.path)).to.equal(false)
    })
  }
})
