import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  InvalidRequestError,
  openLedgerReader,
  openPaymentProcessor,
  StoreCorruptError,
  StoreExistsError,
  StoreFormatError,
  StoreNotFoundError
} from 'bursar'
import { sqliteStore, type SqliteStoreOptions } from 'bursar/sqlite'
import { expect } from 'chai'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { rejectionOf } from '../support/expectations.js'
import { temporaryDirectory } from '../support/stores.js'

describe('making a ledger file', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string

  beforeEach(() => {
    directory = temporaryDirectory()
    path = join(directory.path, 'payments.db')
  })

  afterEach(() => directory.dispose())

  const open = (create?: SqliteStoreOptions['create']) =>
    openPaymentProcessor({ store: sqliteStore({ path, ...(create && { create }) }) })

  for (const create of [undefined, 'ifMissing', 'new'] as const) {
    it(`happens where there is none, with create ${create ?? 'left out'}`, async () => {
      await (await open(create)).close()
      await (await open('never')).close()
    })
  }

  it('does not happen with create never: a missing file is reported, and nothing is left in its place', async () => {
    const error = await rejectionOf(open('never'), StoreNotFoundError)
    expect(error).to.include({ code: 'ERR_STORE_NOT_FOUND', retryable: false, location: path })
    expect(error.message).to.contain(path)
    expect(readdirSync(directory.path)).to.deep.equal([])
  })

  it('does not happen with create never where the volume is not mounted', async () => {
    path = join(directory.path, 'missing', 'payments.db')
    await rejectionOf(open('never'), StoreNotFoundError)
  })

  it('does not happen with create never in an empty file', async () => {
    writeFileSync(path, '')
    await rejectionOf(open('never'), StoreNotFoundError)
    expect(readdirSync(directory.path)).to.deep.equal(['payments.db'])
  })

  it('does not happen with create new where there is a file, which is left as it is', async () => {
    await (await open()).close()
    const before = readFileSync(path)
    const error = await rejectionOf(open('new'), StoreExistsError)
    expect(error).to.include({ code: 'ERR_STORE_EXISTS', retryable: false, location: path })
    expect(readFileSync(path).equals(before)).to.equal(true)
  })

  it('is not what a reader does', async () => {
    await rejectionOf(openLedgerReader({ store: sqliteStore({ path }) }), StoreNotFoundError)
    expect(readdirSync(directory.path)).to.deep.equal([])
  })

  for (const create of ['ifMissing', 'never', 'new'] as const) {
    for (const state of ['missing', 'empty'] as const) {
      it(`is refused with create ${create} where the file is ${state} and its log is there`, async () => {
        if (state === 'empty') writeFileSync(path, '')
        writeFileSync(`${path}-wal`, 'what was acknowledged')
        const before = readdirSync(directory.path)
        const error = await rejectionOf(open(create), StoreCorruptError)
        expect(error.message).to.contain(state)
        expect(readFileSync(`${path}-wal`, 'utf8')).to.equal('what was acknowledged')
        expect(readdirSync(directory.path)).to.deep.equal(before)
      })
    }
  }

  it('is refused for a word that create does not know', () => {
    expect(() => sqliteStore({ path, create: 'always' as never })).to.throw(InvalidRequestError, '"always"')
  })

  for (const [what, make] of [
    ['text', () => writeFileSync(path, 'name,amount\nalice,100\n'.repeat(100))],
    ['one word', () => writeFileSync(path, 'hello')],
    ["another program's database", () => execute('CREATE TABLE customers (name TEXT)')],
    ["another program's database with a log", () => execute('PRAGMA journal_mode = WAL; CREATE TABLE c (name TEXT)')]
  ] as const) {
    it(`leaves nothing beside a foreign file: ${what}`, async () => {
      make()
      const before = readdirSync(directory.path)
      await rejectionOf(open(), StoreFormatError)
      expect(readdirSync(directory.path)).to.deep.equal(before)
    })
  }

  function execute(sql: string): void {
    const database = openDatabase(path)
    database.exec(sql)
    database.close()
    for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) rmSync(path + suffix)
  }
})
