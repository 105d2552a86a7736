import { join } from 'node:path'
import { openDatabase, type Database } from '../../lib/store/sqlite/database/driver.js'
import type { Job } from '../job.js'
import type { Books, OpenPeer, Peer } from './peer.js'

const SCHEMA = `
  CREATE TABLE accounts (id TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0)) STRICT, WITHOUT ROWID;
  CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    idempotency_key TEXT NOT NULL,
    amount INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (account_id, idempotency_key)
  ) STRICT;
`

/**
 * One durable SQLite transaction per payment, on the main thread, with the same driver and the same durability: the way
 * a careful application does it without a ledger library. Synchronous, so it never has two payments in flight.
 */
export const peer: Peer = {
  async open(job): Promise<OpenPeer<boolean>> {
    const path = join(job.directory, 'transactions.db')
    const database = openDurable(path)
    database.exec(SCHEMA)
    fund(database, job)
    const pay = preparePayment(database)
    return {
      pay: async payment => pay(job.accountOf(payment), job.keyOf(payment)),
      isApproved: answer => answer,
      async settle() {
        database.close()
        const reopened = openDurable(path)
        const books = readBooks(reopened)
        reopened.close()
        return books
      }
    }
  }
}

/** A build's default may say FULL and do NORMAL, so both settings are made and read back. */
function openDurable(path: string): Database {
  const database = openDatabase(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; SELECT count(*) FROM sqlite_schema')
  const { journal_mode: journalMode } = database.prepare('PRAGMA journal_mode').get() as { journal_mode: string }
  const { synchronous } = database.prepare('PRAGMA synchronous').get() as { synchronous: number | bigint }
  if (journalMode !== 'wal' || Number(synchronous) !== 2) {
    throw new Error(`Expected journal_mode wal and synchronous 2 (FULL), got ${journalMode} and ${synchronous}.`)
  }
  return database
}

function fund(database: Database, job: Job): void {
  const insert = database.prepare('INSERT INTO accounts (id, balance) VALUES (?, ?)')
  database.exec('BEGIN IMMEDIATE')
  for (const accountId of job.accounts) insert.run(accountId, job.initialBalance)
  database.exec('COMMIT')
}

function preparePayment(database: Database): (accountId: string, idempotencyKey: string) => boolean {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  const find = database.prepare('SELECT id FROM payments WHERE account_id = ? AND idempotency_key = ?')
  const debit = database.prepare('UPDATE accounts SET balance = balance - ? WHERE id = ? AND balance >= ?')
  const record = database.prepare(
    'INSERT INTO payments (account_id, idempotency_key, amount, created_at) VALUES (?, ?, ?, ?)'
  )
  return (accountId, idempotencyKey) => {
    begin.run()
    try {
      const isKnown = find.get(accountId, idempotencyKey) !== undefined
      const isApproved = isKnown || Number(debit.run(1n, accountId, 1n).changes) === 1
      if (isApproved && !isKnown) record.run(accountId, idempotencyKey, 1n, Date.now())
      commit.run()
      return isApproved
    } catch (error) {
      rollback.run()
      throw error
    }
  }
}

function readBooks(database: Database): Books {
  const accounts = database.prepare('SELECT id, balance FROM accounts').all() as { id: string; balance: number }[]
  const total = database.prepare('SELECT count(*) AS payments, sum(amount) AS received FROM payments').get()
  const { payments, received } = total as { payments: number; received: number }
  return {
    balances: new Map(accounts.map(account => [account.id, BigInt(account.balance)])),
    received: BigInt(received),
    payments: Number(payments)
  }
}
