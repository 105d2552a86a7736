import { decide } from '../domain/decide.js'
import type { Entry } from '../domain/entry.js'
import type { RecordedLifetimes } from '../domain/key-lifetimes.js'
import type { View } from '../domain/view.js'
import { encodeEntry } from '../store/codec.js'
import type { ChainedEntry } from '../store/store.js'
import { impossibleIn } from './command-shape.js'

/** Everything of an entry that a decision gives, in the order in which a difference is looked for. */
const DECIDED = [
  'outcome',
  'code',
  'amount',
  'currency',
  'attempt',
  'refundable',
  'postings',
  'holds',
  'balances',
  'account',
  'transactionId',
  'message'
] as const satisfies readonly (keyof Entry)[]

/**
 * Decides the command of an entry again, on the state before it. The rules are a pure function, so the entry must come
 * out to the letter.
 *
 * @returns what the rules have against the entry; `undefined` when it is what they give
 */
export function contradictionOf(
  { entry, encoded }: Pick<ChainedEntry, 'entry' | 'encoded'>,
  view: View,
  lifetimes: RecordedLifetimes
): string | undefined {
  const { sequence, timestamp: now, command, transactionId } = entry
  const impossible = impossibleIn(command)
  if (impossible !== undefined) return impossible
  const decision = decide(command, view, { sequence, now, idSuffix: suffixOf(transactionId), lifetimes })
  switch (decision.kind) {
    case 'reject':
      return `the rules reject this command: ${decision.error.message}`
    case 'replay':
      return `its idempotency key was used before, by entry ${decision.entry.sequence}`
    case 'record':
      return encodeEntry(decision.entry) === encoded ? undefined : differenceBetween(entry, decision.entry)
    default:
      return decision satisfies never
  }
}

/** The part of a transaction id that no rule gives. */
function suffixOf(transactionId: string | null): string {
  return transactionId?.split('_').slice(2).join('_') ?? ''
}

function differenceBetween(entry: Entry, decided: Entry): string {
  for (const field of DECIDED) {
    const [found, right] = [textOf(entry[field]), textOf(decided[field])]
    if (found !== right) return `the rules give another entry: ${field} is ${found}, and by the rules ${right}`
  }
  return 'the rules give another entry'
}

const TEXT_LENGTH_MAX = 200

function textOf(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? 'none'
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text
}
