import { FOR_EVER } from '../domain/key-lifetimes.js'
import type { Context } from '../domain/view.js'
import type { Group } from './group.js'
import { IdSuffixes } from './id-suffixes.js'

/** What every decision is given beside the ledger's state. */
export class Contexts {
  readonly #idSuffixes = new IdSuffixes()
  readonly #context: { -readonly [Field in keyof Context]: Context[Field] } = {
    sequence: 0,
    now: undefined as never,
    idSuffix: '',
    joinsAfter: undefined,
    lifetimes: FOR_EVER
  }

  /** For the decision about the entry after a head. It is the same object each time: no decision keeps it. */
  next({ sequence, lifetimes }: Group, now: number, joinsAfter: number | undefined): Context {
    const context = this.#context
    context.sequence = sequence + 1
    context.joinsAfter = joinsAfter
    context.lifetimes = lifetimes
    // Entries of one millisecond share the number.
    if (context.now !== now) context.now = now
    context.idSuffix = this.#idSuffixes.next()
    return context
  }
}
