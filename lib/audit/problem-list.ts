export interface VerificationProblem {
  /** The entry where it shows; `null` where it concerns an account as a whole. */
  readonly sequence: number | null
  readonly accountId: string | null
  readonly message: string
}

export const PROBLEMS_MAX = 100

/** The first problems that a verification finds: enough to look at, however much is damaged. */
export class ProblemList {
  readonly problems: VerificationProblem[] = []

  add(sequence: number | null, accountId: string | null, message: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ sequence, accountId, message })
  }

  /** These problems and others, in the order of the entries; those of no entry at the end. */
  with(others: readonly VerificationProblem[]): readonly VerificationProblem[] {
    const place = ({ sequence }: VerificationProblem) => sequence ?? Infinity
    const all = [...this.problems, ...others]
    const inOrder = all.sort((one, other) => (place(one) === place(other) ? 0 : place(one) - place(other)))
    return inOrder.slice(0, PROBLEMS_MAX)
  }
}
