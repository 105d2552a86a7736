import type { VerificationReport } from '../index.js'
import { printable } from './quoted.js'
import { counted, labelled } from './layout.js'

const PROBLEMS_SHOWN = 20
const PROBLEM_LENGTH_MAX = 200

/** The verification report for a person. */
export function verificationLines(report: VerificationReport): readonly string[] {
  const { ok, entries, accounts, headHash, problems } = report
  const checked = `${counted(entries, 'entry', 'entries')}, ${counted(accounts, 'account')}`
  return [
    labelled('Verification', `${ok ? 'ok' : counted(problems.length, 'problem')} (${checked})`),
    labelled('Head', headHash),
    ...problems.slice(0, PROBLEMS_SHOWN).map(problem => `  ${printable(problem.message, PROBLEM_LENGTH_MAX)}`)
  ]
}
