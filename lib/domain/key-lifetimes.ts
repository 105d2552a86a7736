import type { Entry } from './entry.js'

/** How long the keys of a ledger live, in milliseconds; `null` is for ever. */
export interface KeyLifetimes {
  /** How long a key answers with the original result; at most `keyTtlMs`. */
  readonly answerTtlMs: number | null
  /** How long a key is recognised at all. */
  readonly keyTtlMs: number | null
}

/**
 * The lifetimes as they stand after an entry. They follow from the journal alone, so that every decision can be made
 * again from it: an entry that sets them carries all of this, and any other leaves it as it was.
 */
export interface RecordedLifetimes extends KeyLifetimes {
  /** Keys recorded before this time had expired under shorter lifetimes. Longer ones do not bring them back. */
  readonly forgottenBefore: number
}

/** Of a ledger in which no entry has set them. */
export const FOR_EVER: RecordedLifetimes = { answerTtlMs: null, keyTtlMs: null, forgottenBefore: 0 }

export function lifetimesAfter(entry: Entry, before: RecordedLifetimes): RecordedLifetimes {
  return entry.lifetimes ?? before
}

/** What callers see of them. */
export function shownLifetimes({ answerTtlMs, keyTtlMs }: KeyLifetimes): KeyLifetimes {
  return { answerTtlMs, keyTtlMs }
}

/**
 * The time before which keys count no more: the one place where a key expires, for decisions and for the sweep that
 * frees the space. A key of `keyTtlMs` milliseconds ago counts no more.
 */
export function forgottenBefore({ keyTtlMs, forgottenBefore: earlier }: RecordedLifetimes, now: number): number {
  return keyTtlMs === null ? earlier : Math.max(earlier, now - keyTtlMs + 1)
}

/** Whether a key of this age answers no more, although it is still known. */
export function isAnswerExpired({ answerTtlMs }: KeyLifetimes, ageMs: number): boolean {
  return answerTtlMs !== null && ageMs >= answerTtlMs
}

export function isLonger(one: number | null, other: number | null): boolean {
  return other !== null && (one === null || one > other)
}

/** What a change of some lifetimes leads to: those that it leaves out stay, and no answer outlives its key. */
export function lifetimesWith(
  asked: Partial<KeyLifetimes>,
  { recorded, now }: { readonly recorded: RecordedLifetimes; readonly now: number }
): RecordedLifetimes {
  const keyTtlMs = asked.keyTtlMs === undefined ? recorded.keyTtlMs : asked.keyTtlMs
  const answerTtlMs = asked.answerTtlMs === undefined ? recorded.answerTtlMs : asked.answerTtlMs
  return {
    answerTtlMs: isLonger(answerTtlMs, keyTtlMs) ? keyTtlMs : answerTtlMs,
    keyTtlMs,
    forgottenBefore: forgottenBefore(recorded, now)
  }
}
