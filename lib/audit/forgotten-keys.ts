import { forgottenBefore, type RecordedLifetimes } from '../domain/key-lifetimes.js'
import type { StoreSnapshot } from '../store/store.js'

interface Ledger {
  /** The lifetimes of keys at the end of the journal. */
  readonly lifetimes: RecordedLifetimes
  /** Keys of entries before this one may have been forgotten by an earlier version, which did not record lifetimes. */
  readonly rulesFrom: number
}

/** Finds keys that the store has forgotten too early: a key that the journal keeps alive could pay twice. */
export async function forgottenTooFar(
  snapshot: StoreSnapshot,
  { lifetimes, rulesFrom }: Ledger
): Promise<string | undefined> {
  const { keysForgottenThrough: through, head } = snapshot
  if (through === 0 || through < rulesFrom) return undefined
  const [last] = through > head.sequence ? [] : await snapshot.texts({ after: through - 1, limit: 1 })
  const timestamp = /"timestamp":(\d+)/.exec(last?.encoded ?? '')?.[1]
  const isDue = timestamp !== undefined && Number(timestamp) < forgottenBefore(lifetimes, head.timestamp)
  return isDue ? undefined : `the keys of entries through ${through} are forgotten, although they are alive`
}
