import type { Context } from '../domain/view.js'
import { IdSuffixes } from './id-suffixes.js'

/** What every decision is given beside the ledger's state. */
export class Contexts {
  readonly #idSuffixes = new IdSuffixes()
  readonly #context: { -readonly [Field in keyof Context]: Context[Field] }

  constructor({ answerTtlMs, keyTtlMs }: Pick<Context, 'answerTtlMs' | 'keyTtlMs'>) {
    this.#context = { sequence: 0, now: undefined as never, idSuffix: '', answerTtlMs, keyTtlMs }
  }

  /** For the decision about an entry with that sequence. It is the same object each time: no decision keeps it. */
  next(sequence: number, now: number): Context {
    const context = this.#context
    context.sequence = sequence
    // Entries of one millisecond share the number.
    if (context.now !== now) context.now = now
    context.idSuffix = this.#idSuffixes.next()
    return context
  }
}
