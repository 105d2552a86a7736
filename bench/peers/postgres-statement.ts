import { DatabaseError, type Pool } from 'pg'
import { postgresPeer, type PostgresPayment } from './open-postgres.js'

/** Debits if the key is new and the balance covers the amount; answers with the payment, be it this one or an earlier. */
const PAY = {
  name: 'pay',
  text: `
    WITH known AS (
      SELECT id FROM payments WHERE account_id = $1 AND idempotency_key = $2
    ), debited AS (
      UPDATE accounts SET balance = balance - $3
      WHERE id = $1 AND balance >= $3 AND NOT EXISTS (SELECT FROM known)
      RETURNING id
    ), recorded AS (
      INSERT INTO payments (account_id, idempotency_key, amount) SELECT id, $2, $3 FROM debited RETURNING id
    )
    SELECT id FROM known UNION ALL SELECT id FROM recorded
  `
}
const AMOUNT = 1n
const UNIQUE_VIOLATION = '23505'

/** One statement, which is its own transaction: a single round trip, and the row is locked for one commit only. */
export const payInOneStatement: PostgresPayment = async (pool, accountId, idempotencyKey) => {
  const values = [accountId, idempotencyKey, AMOUNT]
  try {
    return await isPaid(pool, values)
  } catch (error) {
    // The same key came twice at once: this statement did nothing, and finds the other's payment now.
    if (error instanceof DatabaseError && error.code === UNIQUE_VIOLATION) return await isPaid(pool, values)
    throw error
  }
}

async function isPaid(pool: Pool, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await pool.query({ ...PAY, values: [...values] })
  return rows.length > 0
}

export const peer = postgresPeer(payInOneStatement)
