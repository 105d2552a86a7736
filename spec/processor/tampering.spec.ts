import { hash } from 'node:crypto'
import { expect } from 'chai'
import { openPaymentProcessor, StoreCorruptError, type Checkpoint, type VerificationReport } from 'bursar'
import { openDatabase, type Database } from '../../lib/store/sqlite/database/driver.js'
import { approval } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

interface Row {
  readonly sequence: number
  readonly entry: string
  readonly hash: Uint8Array
}

const rowAt = (database: Database, sequence: number): Row =>
  database.prepare('SELECT sequence, entry, hash FROM journal WHERE sequence = ?').get(sequence) as Row

const replaceIn = (database: Database, sequence: number, from: string, to: string): void => {
  const { entry } = rowAt(database, sequence)
  expect(entry).to.contain(from)
  database.prepare('UPDATE journal SET entry = ? WHERE sequence = ?').run(entry.replace(from, to), sequence)
}

/** Hashes the journal anew from an entry on, and the head with it: what a patient forger would do. */
function rechain(database: Database, from: number): void {
  let previous = from === 1 ? '0'.repeat(64) : Buffer.from(rowAt(database, from - 1).hash).toString('hex')
  for (let sequence = from; sequence <= LAST; sequence++) {
    const next = hash('sha256', previous + rowAt(database, sequence).entry, 'hex')
    database.prepare('UPDATE journal SET hash = ? WHERE sequence = ?').run(Buffer.from(next, 'hex'), sequence)
    previous = next
  }
  database.prepare('UPDATE head SET hash = ?').run(Buffer.from(previous, 'hex'))
}

/** The ledger has two accounts (1, 2), payments of 10 to the shop (3, 4, 5), and a refund (6). */
const LAST = 6

const FORGERIES: readonly (readonly [what: string, forge: (database: Database) => void])[] = [
  ['the text of an entry was changed', db => replaceIn(db, 4, 'Payment processed', 'Payment rejected')],
  ['an entry was only reformatted', db => replaceIn(db, 4, ',', ', ')],
  ['the text of the last entry was changed', db => replaceIn(db, LAST, 'Refund processed', 'Refund forgotten')],
  ['an amount in the journal was changed', db => replaceIn(db, 3, '10', '90')],
  ['the hash of an entry was changed', db => db.exec('UPDATE journal SET hash = zeroblob(32) WHERE sequence = 4')],
  ['a balance was changed', db => db.exec("UPDATE accounts SET posted = posted + 1 WHERE account_id = 'alice'")],
  [
    'money was moved between two balances',
    db => {
      db.exec("UPDATE accounts SET posted = posted - 5 WHERE account_id = 'shop'")
      db.exec("UPDATE accounts SET posted = posted + 5 WHERE account_id = 'alice'")
    }
  ],
  ['an overdraft was granted', db => db.exec("UPDATE accounts SET overdraft_limit = 1000 WHERE account_id = 'alice'")],
  ['a hold was lifted', db => db.exec("UPDATE accounts SET held = 1 WHERE account_id = 'alice'")],
  ['an account was frozen', db => db.exec("UPDATE accounts SET frozen = 'all' WHERE account_id = 'alice'")],
  ['an account was closed', db => db.exec("UPDATE accounts SET closed = 1 WHERE account_id = 'alice'")],
  ['an account was deleted', db => db.exec("DELETE FROM accounts WHERE account_id = 'shop'")],
  ['an account was renamed', db => db.exec("UPDATE accounts SET account_id = 'mallory' WHERE account_id = 'alice'")],
  ['the last entry was deleted', db => db.exec(`DELETE FROM journal WHERE sequence = ${LAST}`)],
  [
    'the last entry was deleted and the head moved back to match',
    db => {
      db.prepare('UPDATE head SET sequence = ?, hash = ?').run(LAST - 1, rowAt(db, LAST - 1).hash)
      db.exec(`DELETE FROM journal WHERE sequence = ${LAST}`)
    }
  ],
  ['an entry in the middle was deleted', db => db.exec('DELETE FROM journal WHERE sequence = 4')],
  ['the first entry was deleted', db => db.exec('DELETE FROM journal WHERE sequence = 1')],
  ['the whole journal was deleted', db => db.exec('DELETE FROM journal')],
  [
    'two entries were swapped',
    db => {
      const [one, other] = [rowAt(db, 3), rowAt(db, 4)]
      const put = db.prepare('UPDATE journal SET entry = ?, hash = ? WHERE sequence = ?')
      put.run(other.entry, other.hash, 3)
      put.run(one.entry, one.hash, 4)
    }
  ],
  [
    'the texts of two entries were swapped and chained anew',
    db => {
      const [one, other] = [rowAt(db, 3), rowAt(db, 4)]
      const put = db.prepare('UPDATE journal SET entry = ? WHERE sequence = ?')
      put.run(other.entry, 3)
      put.run(one.entry, 4)
      rechain(db, 3)
    }
  ],
  [
    'an entry was added behind the head',
    db => {
      const { entry } = rowAt(db, 5)
      const forged = entry.replace('"sequence":5', `"sequence":${LAST + 1}`)
      db.prepare('INSERT INTO journal (sequence, entry, hash) VALUES (?, ?, ?)').run(
        LAST + 1,
        forged,
        rowAt(db, LAST).hash
      )
    }
  ],
  [
    'one posting was raised and everything chained anew: money out of nothing',
    db => {
      replaceIn(db, 3, '"-10"', '"-1"')
      rechain(db, 3)
    }
  ],
  [
    'an amount was raised everywhere in its entry and everything chained anew',
    db => {
      const { entry } = rowAt(db, 5)
      db.prepare('UPDATE journal SET entry = ? WHERE sequence = 5').run(
        entry.replaceAll('"10"', '"20"').replace('"-10"', '"-20"')
      )
      rechain(db, 5)
    }
  ],
  [
    'time was made to run backwards and everything chained anew',
    db => {
      replaceIn(db, 4, '"timestamp":', '"timestamp":1')
      rechain(db, 4)
    }
  ],
  [
    'the answer of a payment was changed and everything chained anew',
    db => {
      replaceIn(db, 5, 'Payment processed', 'Payment rejected')
      rechain(db, 5)
    }
  ],
  ['the text of an entry was made unreadable', db => replaceIn(db, 4, '"command":{', '"command":[')],
  ['an entry was emptied', db => db.exec(`UPDATE journal SET entry = '{}' WHERE sequence = 4`)],
  ['an entry was replaced by a number', db => db.exec(`UPDATE journal SET entry = '7' WHERE sequence = 4`)],
  ['the head names another hash', db => db.exec('UPDATE head SET hash = zeroblob(32)')],
  ['the head names an earlier entry', db => db.exec('UPDATE head SET sequence = 3')],
  ['the head names a later entry', db => db.exec('UPDATE head SET sequence = 9')]
]

/** What only a full verification finds, once it was done before the checkpoint at entry 4 and hidden from the hashes. */
const FOUND_BY_FULL_ONLY = [
  'an amount in the journal was changed',
  'the first entry was deleted',
  // Decided again is only what a full verification reads.
  'the answer of a payment was changed and everything chained anew'
]

/** What comes of looking at the ledger: a report, or the refusal to open it. */
async function look(ledger: ReturnType<typeof sqliteLedger>, since?: Checkpoint): Promise<VerificationReport | Error> {
  try {
    await using bursar = await openPaymentProcessor({ store: ledger.store() })
    return await bursar.verify(since && { since })
  } catch (error) {
    return error as Error
  }
}

describe('A SQLite file that was tampered with', () => {
  let ledger: ReturnType<typeof sqliteLedger>
  let since: Checkpoint | undefined

  beforeEach(async () => {
    ledger = sqliteLedger()
    await using bursar = await openPaymentProcessor({ store: ledger.store() })
    await bursar.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    await bursar.createAccount({ accountId: 'shop', currency: 'USD' })
    let originalTransactionId = ''
    for (const idempotencyKey of ['a', 'b', 'c']) {
      const request = { accountId: 'alice', payee: 'shop', amount: 10n, idempotencyKey, actor: 'app' }
      originalTransactionId = (await approval(bursar.processPayment(request))).transactionId
      if (idempotencyKey === 'b') since = await bursar.checkpoint()
    }
    await approval(bursar.refundPayment({ accountId: 'alice', originalTransactionId, amount: 4n, idempotencyKey: 'r' }))
  })

  afterEach(() => ledger.dispose())

  it('is found sound as long as nobody has touched it', async () => {
    expect(await look(ledger)).to.include({ ok: true, entries: LAST, accounts: 3 })
  })

  for (const [what, forge] of FORGERIES) {
    it(`is found out when ${what}`, async () => {
      const database = openDatabase(ledger.path)
      forge(database)
      database.close()
      const found = await look(ledger)
      if (found instanceof Error) expect(found).to.be.instanceOf(StoreCorruptError)
      else {
        expect(found.ok).to.equal(false)
        expect(found.problems).not.to.deep.equal([])
      }
    })
  }

  it('is found sound from a checkpoint on as long as nobody has touched it', async () => {
    expect(await look(ledger, since)).to.include({ ok: true, entries: LAST - 4, accounts: 3 })
  })

  for (const [what, forge] of FORGERIES) {
    const isFound = !FOUND_BY_FULL_ONLY.includes(what)
    it(`is ${isFound ? '' : 'not '}found out from a checkpoint on when ${what}`, async () => {
      const database = openDatabase(ledger.path)
      forge(database)
      database.close()
      const found = await look(ledger, since)
      if (found instanceof Error) expect(found).to.be.instanceOf(StoreCorruptError)
      else expect(found.ok).to.equal(!isFound)
    })
  }

  it('is found out by a checkpoint alone when history was rewritten and everything chained anew', async () => {
    const database = openDatabase(ledger.path)
    replaceIn(database, 3, '"actor":"app"', '"actor":"eve"')
    rechain(database, 3)
    database.close()
    expect(await look(ledger)).to.include({ ok: true })
    const report = await look(ledger, since)
    expect(report).to.deep.include({ ok: false, entries: 0 })
    expect((report as VerificationReport).problems.map(({ sequence }) => sequence)).to.deep.equal([4])
  })

  it('is reported with the entry or the account where it shows', async () => {
    const database = openDatabase(ledger.path)
    replaceIn(database, 4, 'Payment processed', 'Payment rejected')
    database.exec("UPDATE accounts SET posted = posted + 1 WHERE account_id = 'shop'")
    database.close()
    const report = await look(ledger)
    if (report instanceof Error) throw report
    expect(report.problems.map(({ sequence, accountId }) => ({ sequence, accountId }))).to.deep.equal([
      { sequence: 4, accountId: null },
      { sequence: null, accountId: 'shop' }
    ])
  })
})
