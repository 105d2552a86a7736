import { OutcomeUnknownError, WriterFencedError, type Store } from 'bursar'
import { overridingSession } from './overriding-session.js'

/** What became of a commit that nobody confirmed. */
export type Fate = 'landed' | 'lost'

export interface DoubtfulStore extends Store {
  /** Every later commit rejects with `OutcomeUnknownError`, after it was written or instead of being written. */
  doubtCommits(fate: Fate): void
  /** Every later commit rejects with `WriterFencedError`, as if another writer had taken over. */
  fence(): void
}

/** Delegates to another store until it is told to fail. */
export function doubtfulStore(inner: Store): DoubtfulStore {
  let doubt: Fate | null = null
  let isFenced = false
  return {
    doubtCommits(fate) {
      doubt = fate
    },
    fence() {
      isFenced = true
    },
    async open() {
      const session = await inner.open()
      return overridingSession(session, {
        async commit(group) {
          if (isFenced) throw new WriterFencedError()
          if (doubt !== 'lost') await session.commit(group)
          if (doubt !== null) throw new OutcomeUnknownError()
        }
      })
    }
  }
}
