import { postgresPeer, type PostgresPayment } from './open-postgres.js'

const LOCK = { name: 'lock', text: 'SELECT balance FROM accounts WHERE id = $1 FOR UPDATE' }
const FIND = { name: 'find', text: 'SELECT id FROM payments WHERE account_id = $1 AND idempotency_key = $2' }
const DEBIT = { name: 'debit', text: 'UPDATE accounts SET balance = balance - $2 WHERE id = $1' }
const RECORD = {
  name: 'record',
  text: 'INSERT INTO payments (account_id, idempotency_key, amount) VALUES ($1, $2, $3)'
}
const AMOUNT = 1n

/**
 * A transaction that takes the account's row first and holds it until the commit is on disk: read, decide in the
 * application, write. The lock comes before the look at the key, so that the same key cannot be in two transactions.
 */
export const payUnderRowLock: PostgresPayment = async (pool, accountId, idempotencyKey) => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const locked = await client.query<{ balance: string }>({ ...LOCK, values: [accountId] })
    const known = await client.query({ ...FIND, values: [accountId, idempotencyKey] })
    const isKnown = known.rows.length > 0
    const isCovered = locked.rows.length > 0 && BigInt(locked.rows[0]!.balance) >= AMOUNT
    if (!isKnown && isCovered) {
      await client.query({ ...DEBIT, values: [accountId, AMOUNT] })
      await client.query({ ...RECORD, values: [accountId, idempotencyKey, AMOUNT] })
    }
    await client.query('COMMIT')
    client.release()
    return isKnown || isCovered
  } catch (error) {
    // A connection that is closed rolls back, whatever state it was in.
    client.release(true)
    throw error
  }
}

export const peer = postgresPeer(payUnderRowLock)
