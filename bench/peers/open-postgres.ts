import { Client, Pool } from 'pg'
import type { Job } from '../job.js'
import { DURABLE_SETTINGS, PostgresServer } from '../postgres/server.js'
import type { Books, Peer } from './peer.js'

/**
 * Connections, each a process of the server. Ten is the default of `pg`, and plenty: waiting callers queue in the pool at
 * no cost, while every connection beyond what processors and disk keep busy makes the server switch between processes.
 */
export const POOL_SIZE = 10

/** Makes one payment over a pool: whether it was approved, once that is durable. */
export type PostgresPayment = (pool: Pool, accountId: string, idempotencyKey: string) => Promise<boolean>

const SCHEMA = `
  DROP TABLE IF EXISTS payments, accounts;
  CREATE TABLE accounts (id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
  CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts (id),
    idempotency_key text NOT NULL,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, idempotency_key)
  );
`

/** A peer over a real PostgreSQL server: one of its own, or one that runs already. */
export function postgresPeer(pay: PostgresPayment, running?: PostgresServer): Peer {
  return {
    async open(job) {
      const server = running ?? (await startServer(job))
      await fund(server, job)
      const pool = new Pool({ ...server.connection, max: POOL_SIZE, idleTimeoutMillis: 0 })
      // What breaks a connection fails the payment on it, and one that is idle fails nobody; ending may look like that.
      pool.on('error', () => undefined)
      let ended: Promise<void> | undefined
      const end = (): Promise<void> => (ended ??= pool.end())
      job.atEnd(end)
      await checkDurability(pool)
      return {
        pay: payment => pay(pool, job.accountOf(payment), job.keyOf(payment)),
        isApproved: answer => answer === true,
        async settle() {
          await end()
          await server.stop()
          await server.start()
          return await withClient(server, readBooks)
        }
      }
    }
  }
}

async function startServer(job: Job): Promise<PostgresServer> {
  const server = new PostgresServer(job.directory)
  job.atEnd(() => server.remove())
  const initialized = server.initialize()
  // Nothing is removed under the hands of a program that is still writing there.
  job.atEnd(() => initialized.catch(() => undefined))
  await initialized
  await server.start()
  return server
}

async function fund(server: PostgresServer, job: Job): Promise<void> {
  await withClient(server, async client => {
    await client.query(SCHEMA)
    const insert = 'INSERT INTO accounts (id, balance) SELECT unnest($1::text[]), $2::bigint'
    await client.query(insert, [job.accounts, job.initialBalance])
    await client.query('VACUUM ANALYZE accounts')
  })
}

/** What was asked for is one thing; what the server says it does is what counts. */
async function checkDurability(pool: Pool): Promise<void> {
  for (const [name, expected] of Object.entries(DURABLE_SETTINGS)) {
    const { rows } = await pool.query<Record<string, string>>(`SHOW ${name}`)
    const actual = rows[0]?.[name]
    if (actual !== expected) throw new Error(`Expected PostgreSQL's ${name} to be ${expected}, got ${actual}.`)
  }
}

async function readBooks(client: Client): Promise<Books> {
  const accounts = await client.query<{ id: string; balance: string }>('SELECT id, balance FROM accounts')
  const totals = await client.query<{ payments: string; received: string }>(
    'SELECT count(*) AS payments, coalesce(sum(amount), 0) AS received FROM payments'
  )
  const { payments, received } = totals.rows[0]!
  return {
    balances: new Map(accounts.rows.map(({ id, balance }) => [id, BigInt(balance)])),
    received: BigInt(received),
    payments: Number(payments)
  }
}

async function withClient<T>(server: PostgresServer, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(server.connection)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
