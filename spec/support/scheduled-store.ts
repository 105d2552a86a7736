import type { JournalEntry, Store } from 'bursar'
import type { Scheduler } from 'fast-check'
import type { CommitGroup, StoreSession } from '../../lib/store/store.js'

type Entry = CommitGroup['entries'][number]

/** A store whose answers come when a scheduler says so, and what it has seen. */
export interface ScheduledStore extends Store {
  /** Everything that was written, confirmed or not. */
  readonly written: readonly Entry[]
  /** The last entry whose commit was confirmed to the caller: what may be told to others. */
  readonly confirmed: JournalEntry['sequence']
  /** The largest number of commits that were under way at once. */
  readonly commitsAtOnceMax: number
  readonly isClosed: boolean
}

/**
 * Delegates to another store. Every load and every commit waits for the scheduler twice: before it happens, and after it
 * has happened, before the caller hears of it. So a load may answer with what was true before the latest commit.
 */
export function scheduledStore(inner: Store, scheduler: Scheduler): ScheduledStore {
  const written: Entry[] = []
  let confirmed = 0
  let commitsAtOnce = 0
  let commitsAtOnceMax = 0
  let isClosed = false
  const turn = (label: string) => scheduler.schedule(Promise.resolve(), label)

  return {
    written,
    get confirmed() {
      return confirmed
    },
    get commitsAtOnceMax() {
      return commitsAtOnceMax
    },
    get isClosed() {
      return isClosed
    },
    async open() {
      const session = await inner.open()
      const scheduled: Pick<StoreSession, 'load' | 'commit' | 'close'> = {
        async load(wanted) {
          await turn('load')
          const loaded = await session.load(wanted)
          await turn('loaded')
          return loaded
        },
        async commit(group) {
          commitsAtOnceMax = Math.max(commitsAtOnceMax, ++commitsAtOnce)
          await turn(`commit after ${group.expectedHead}`)
          await session.commit(group)
          written.push(...group.entries)
          await turn(`committed through ${group.head.sequence}`)
          commitsAtOnce--
          confirmed = group.head.sequence
        },
        async close() {
          await session.close()
          isClosed = true
        }
      }
      confirmed = session.head.sequence
      return insteadOf(session, scheduled)
    }
  }
}

/** A session of which some methods are replaced, and all others are its own. */
function insteadOf(session: StoreSession, replaced: Partial<StoreSession>): StoreSession {
  return new Proxy(session, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    }
  })
}
