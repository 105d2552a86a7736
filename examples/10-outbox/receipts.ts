import { DatabaseSync } from '@photostructure/sqlite'
import { formatMoney, type JournalEntry } from 'bursar'

/**
 * Receipts in a database of their own, kept in step with the ledger exactly once: a receipt and the cursor that says
 * "seen up to here" are one transaction. Either both are there or neither.
 */
export class Receipts {
  readonly #database: InstanceType<typeof DatabaseSync>

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    this.#database.exec(`
      CREATE TABLE IF NOT EXISTS receipts (sequence INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS cursor (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL) STRICT;
      INSERT OR IGNORE INTO cursor VALUES (1, 0);
    `)
  }

  /** The last entry that was taken care of: where to go on. */
  get cursor(): number {
    const { sequence } = this.#database.prepare('SELECT sequence FROM cursor').get() as { sequence: number }
    return sequence
  }

  /** Takes care of the next entry. `beforeCommit` is where this example pulls the plug. */
  take(entry: JournalEntry, beforeCommit: (receipt: string) => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    const receipt = receiptFor(entry)
    if (receipt !== undefined) {
      this.#database.prepare('INSERT INTO receipts VALUES (?, ?)').run(entry.sequence, receipt)
      beforeCommit(receipt)
    }
    this.#database.prepare('UPDATE cursor SET sequence = ?').run(entry.sequence)
    this.#database.exec('COMMIT')
  }

  list(): readonly string[] {
    return this.#database
      .prepare('SELECT text FROM receipts ORDER BY sequence')
      .all()
      .map((row: unknown) => (row as { text: string }).text)
  }

  close(): void {
    this.#database.close()
  }
}

/** Declines are entries too: they move the cursor and get no receipt. */
function receiptFor({ command, outcome, amount, currency }: JournalEntry): string | undefined {
  if (command.type !== 'ProcessPayment' || outcome !== 'approved') return undefined
  return `${command.idempotencyKey}: ${formatMoney(amount, currency)} ${currency}`
}
