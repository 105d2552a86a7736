import { RULES } from '../domain/decide.js'
import type { RecordedLifetimes } from '../domain/key-lifetimes.js'
import type { View } from '../domain/view.js'
import type { ChainedEntry } from '../store/store.js'
import { formBreakOf } from './chain-link.js'
import { ProblemList, type VerificationProblem } from './problem-list.js'
import { contradictionOf } from './redecide.js'
import { messageOf } from './read-entry.js'

/**
 * Decides every entry of a journal again. What an earlier version has written followed other rules: where the journal says
 * that a ledger has adopted the present ones, everything found before is dropped, and the report says where they begin.
 */
export class RuleCheck {
  /** The entry from which on the present rules hold. */
  from = 1
  readonly #view: View
  readonly #forms = new ProblemList()
  #contradictions = new ProblemList()

  constructor(view: View) {
    this.#view = view
  }

  get problems(): readonly VerificationProblem[] {
    return this.#forms.with(this.#contradictions.problems)
  }

  /** What speaks against the next entry, on the state before it. */
  contradictionOf(chained: ChainedEntry, lifetimes: RecordedLifetimes): string | undefined {
    try {
      return contradictionOf(chained, this.#view, lifetimes)
    } catch (error) {
      return messageOf(error)
    }
  }

  /** Takes down what was found of an entry. */
  note(chained: ChainedEntry, against: string | undefined): void {
    const { sequence, command } = chained.entry
    // An entry that the rules give is in its canonical form.
    const form = against === undefined ? undefined : formBreakOf(chained)
    if (form !== undefined) this.#forms.add(sequence, null, form)
    else if (against !== undefined) this.#contradictions.add(sequence, null, against)
    else if (command.type === 'AdoptRules') this.#adopt(sequence, command.rules)
  }

  #adopt(sequence: number, rules: number): void {
    if (rules !== RULES || this.from !== 1) {
      this.#contradictions.add(sequence, null, `rules ${rules} cannot be adopted here`)
      return
    }
    this.from = sequence
    this.#contradictions = new ProblemList()
  }
}
