import type { Job } from '../job.js'
import type { Books } from './peer.js'

/** The least that a ledger in memory does: look the key up, check the balance, move the money, remember the key. */
export class MapLedger {
  readonly #balances = new Map<string, bigint>()
  readonly #answers = new Map<string, boolean>()
  #received = 0n

  constructor(job: Job) {
    for (const accountId of job.accounts) this.#balances.set(accountId, job.initialBalance)
  }

  pay(accountId: string, idempotencyKey: string): boolean {
    const key = `${accountId}\n${idempotencyKey}`
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const balance = this.#balances.get(accountId) ?? 0n
    const approved = balance >= 1n
    if (approved) {
      this.#balances.set(accountId, balance - 1n)
      this.#received += 1n
    }
    this.#answers.set(key, approved)
    return approved
  }

  books(): Books {
    return { balances: this.#balances, received: this.#received, payments: this.#answers.size }
  }
}
