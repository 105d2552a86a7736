import { AMOUNT_MAX } from 'bursar'
import type { Entered, Expected } from './expected.js'
import { meaningOf } from './meaning.js'
import { firstOf, type Command, type Plan, type Refusal } from './plan.js'
import { ReferenceBooks } from './reference-books.js'
import { judge } from './reference-rules.js'

export interface ModelOptions {
  readonly answerTtlMs: number
  readonly keyTtlMs: number
}

/** What a key remembers of its latest attempt. */
interface Memory {
  readonly meaning: ReadonlyMap<string, unknown>
  readonly at: number
  readonly attempt: number
  /** Whether the same key may try again. */
  readonly isOpen: boolean
  readonly expected: Entered
}

/**
 * A second ledger, written from the semantics alone and as plainly as possible: one command at a time, nothing shared
 * with the library. It says what every answer must be, except for the ids, which it is told afterwards.
 *
 * Places in the order are counted without the expiries that the ledger writes by itself, since nothing says when it
 * does; the caller maps them to sequences by the journal.
 */
export class ReferenceModel {
  readonly books = new ReferenceBooks()
  readonly #options: ModelOptions
  readonly #memories = new Map<string, Memory>()
  #places = 0

  constructor(options: ModelOptions) {
    this.#options = options
  }

  /** How many commands have entered the journal. */
  get places(): number {
    return this.#places
  }

  /**
   * Executes a command when its turn comes at that time of the clock. It shares the decline of a command that has a later
   * place than `joinsAfter`: that one was on its way when it came.
   */
  execute(command: Command, clock: number, joinsAfter = Infinity): Expected {
    const refusal = malformation(command)
    if (refusal !== undefined) return { kind: 'rejected', error: refusal }
    const { books } = this
    books.turnTo(clock)
    const key = command.idempotencyKey && `${command.accountId} ${command.idempotencyKey}`
    const meaning = meaningOf(
      command,
      name => books.currencyOf(name),
      id => books.transactions.get(id)?.legs.length
    )
    const isKept = 'onDecline' in command && command.onDecline === 'keep'
    const memory = key === undefined ? undefined : this.#remembered(key)
    if (memory !== undefined) {
      const transactionId = memory.expected.transactionId ?? null
      const fields = differences(memory.meaning, meaning)
      if (fields.length > 0) return { kind: 'rejected', error: 'IdempotencyConflictError', fields, transactionId }
      if (memory.isOpen && memory.expected.place > joinsAfter && !isKept) return { ...memory.expected, replayed: true }
      if (!memory.isOpen) {
        if (books.now - memory.at < this.#options.answerTtlMs) return { ...memory.expected, replayed: true }
        return { kind: 'rejected', error: 'IdempotencyKeyExpiredError', transactionId }
      }
    }

    const verdict = judge(books, command)
    if ('error' in verdict) return this.#refuse(verdict)
    const attempt = (memory?.attempt ?? 0) + 1
    const expected = this.#enter(command, verdict, attempt)
    const isOpen = expected.kind === 'declined' && !isKept
    if (key !== undefined) this.#memories.set(key, { meaning, at: books.now, attempt, isOpen, expected })
    return expected
  }

  /** Tells the id that an approved command was given. */
  learn(expected: Entered, transactionId: string): void {
    expected.transactionId = transactionId
    if (expected.transaction !== undefined) this.books.transactions.set(transactionId, expected.transaction)
  }

  #remembered(key: string): Memory | undefined {
    const memory = this.#memories.get(key)
    return memory !== undefined && this.books.now - memory.at < this.#options.keyTtlMs ? memory : undefined
  }

  #refuse({ error, isRecorded }: Refusal): Expected {
    if (isRecorded) this.#takePlace()
    return { kind: 'rejected', error }
  }

  #enter(command: Command, plan: Plan, attempt: number): Entered {
    const { books } = this
    const code = firstOf(plan.against)
    const place = this.#takePlace()
    const entered = { place, amount: plan.amount, currency: plan.currency, timestamp: books.now, replayed: false }
    if (code !== undefined) {
      const message = code === 'insufficient_funds' ? plan.shortage : undefined
      const shows = code === 'already_refunded' || code === 'refund_exceeds_remaining'
      return { ...entered, kind: 'declined', code, message, attempt, refundable: shows ? plan.remaining : undefined }
    }
    const transaction = plan.effect()
    if (transaction !== undefined && transaction.legs.length > 0) books.transactionCount++
    const { message, expiresAt } = plan
    const refundable = plan.remaining === undefined ? undefined : plan.remaining - plan.amount!
    const approved: Entered = { ...entered, kind: 'approved', message, refundable, expiresAt, transaction }
    return plan.changesAccount
      ? { ...approved, kind: 'changed', account: books.accountOf(command.accountId) }
      : approved
  }

  #takePlace(): number {
    this.books.last = this.books.now
    return ++this.#places
  }
}

/** Why a command is refused before it takes a place in the queue. */
function malformation(command: Command): 'InvalidAmountError' | 'InvalidRequestError' | undefined {
  const isAnonymous = command.actor === undefined || command.reason === undefined
  for (const leg of command.type === 'PostTransaction' ? command.legs : []) {
    if (leg.from.startsWith('@') && isAnonymous) return 'InvalidRequestError'
    if (!isAmount(BigInt(leg.amount), 1n)) return 'InvalidAmountError'
  }
  return amountsOf(command).every(([amount, min]) => isAmount(amount, min)) ? undefined : 'InvalidAmountError'
}

function isAmount(amount: bigint, min: bigint): boolean {
  return amount >= min && amount <= AMOUNT_MAX
}

/** Every amount in a command with the least that it may be. */
function amountsOf(command: Command): readonly (readonly [amount: bigint, min: bigint])[] {
  switch (command.type) {
    case 'CreateAccount':
      return [
        [BigInt(command.initialBalance ?? 0n), 0n],
        [BigInt(command.overdraftLimit ?? 0n), 0n]
      ]
    case 'SetAccountLimits':
      return [[BigInt(command.overdraftLimit), 0n]]
    case 'PostTransaction':
      return [...command.legs.map(leg => BigInt(leg.amount)), ...totalsOf(command.legs)].map(amount => [amount, 1n])
    default:
      return 'amount' in command && command.amount !== undefined ? [[BigInt(command.amount), 1n]] : []
  }
}

/** What legs amount to, in each currency. */
function totalsOf(legs: readonly { readonly amount: bigint | number; readonly currency: string }[]): readonly bigint[] {
  const totals = new Map<string, bigint>()
  for (const { amount, currency } of legs) totals.set(currency, (totals.get(currency) ?? 0n) + BigInt(amount))
  return [...totals.values()]
}

/** The fields in which two meanings differ; just the type when the operations are different ones. */
function differences(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): readonly string[] {
  if (one.get('type') !== other.get('type')) return ['type']
  return [...one.keys()].filter(field => one.get(field) !== other.get(field))
}
