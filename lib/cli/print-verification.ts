import type { VerificationReport } from '../index.js'
import { printable } from './quoted.js'
import { counted, grouped, labelled } from './layout.js'

const PROBLEMS_SHOWN = 20
const PROBLEM_LENGTH_MAX = 200

/** The verification report for a person. */
export function verificationLines(report: VerificationReport): readonly string[] {
  const { ok, entries, accounts, headHash, rulesFrom, problems } = report
  const checked = `${counted(entries, 'entry', 'entries')}, ${counted(accounts, 'account')}`
  return [
    labelled('Verification', `${ok ? 'ok' : counted(problems.length, 'problem')} (${checked})`),
    labelled('Head', headHash),
    ...(rulesFrom === null || rulesFrom === 1
      ? []
      : [labelled('Decided again', `from entry ${grouped(rulesFrom)} on`)]),
    ...problems.slice(0, PROBLEMS_SHOWN).map(problem => `  ${printable(problem.message, PROBLEM_LENGTH_MAX)}`)
  ]
}
