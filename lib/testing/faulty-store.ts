import type { AccountState } from '../domain/account.js'
import { NotCommittedError, OutcomeUnknownError, StoreUnavailableError, WriterFencedError } from '../store/errors.js'
import type { CommitGroup, Store, StoreSession } from '../store/store.js'

/**
 * What can go wrong with a commit:
 *
 * - `busy`: certainly not committed, and the same commit may succeed in a moment
 * - `refused`: certainly not committed, for good
 * - `lost`: in doubt, and nothing was written
 * - `landed`: in doubt, and everything was written
 * - `fenced`: another writer has taken the store over
 */
export type CommitFault = 'busy' | 'refused' | 'lost' | 'landed' | 'fenced'

export interface FaultyStore extends Store {
  /** Lets commits fail, the next one first; `times` of them, all when it is left out. Later calls come after earlier. */
  failCommits(fault: CommitFault, times?: number): void
  /** Lets the next `times` reads for commands fail. */
  failLoads(times: number): void
  /** From now on every command that looks at this account's balance throws while it is handled. Returns the cure. */
  poison(accountId: string): () => void
  /** Commits that were asked for so far. */
  readonly commits: number
}

/** Wraps a store, and fails as it is told to: for specs of how an application bears it. */
export function faultyStore(inner: Store): FaultyStore {
  const faults: { readonly fault: CommitFault; times: number }[] = []
  const poisoned = new Set<string>()
  let loadsToFail = 0
  let commits = 0

  function nextFault(): CommitFault | undefined {
    const next = faults[0]
    if (next === undefined) return undefined
    if (--next.times <= 0) faults.shift()
    return next.fault
  }

  return {
    failCommits: (fault, times = Infinity) => void faults.push({ fault, times }),
    failLoads: times => void (loadsToFail = times),
    poison(accountId) {
      poisoned.add(accountId)
      return () => void poisoned.delete(accountId)
    },
    get commits() {
      return commits
    },
    async open() {
      const session = await inner.open()
      return overriding(session, {
        commit(group) {
          commits++
          return commitWith(nextFault(), session, group)
        },
        async load(wanted) {
          if (loadsToFail > 0) {
            loadsToFail--
            throw new StoreUnavailableError()
          }
          const loaded = await session.load(wanted)
          return { ...loaded, accounts: loaded.accounts.map(account => withPoison(account, poisoned)) }
        }
      })
    }
  }
}

async function commitWith(fault: CommitFault | undefined, session: StoreSession, group: CommitGroup): Promise<void> {
  switch (fault) {
    case undefined:
      return session.commit(group)
    case 'busy':
      throw new NotCommittedError('Expected the store to be free, got a fault that was asked for.', {
        isTransient: true
      })
    case 'refused':
      throw new NotCommittedError('Expected the store to take a commit, got a fault that was asked for.')
    case 'fenced':
      throw new WriterFencedError()
    case 'landed':
      await session.commit(group)
      throw new OutcomeUnknownError()
    case 'lost':
      throw new OutcomeUnknownError()
    default:
      return fault satisfies never
  }
}

/** The account as it is, except that its balance cannot be looked at while it is poisoned. */
function withPoison(account: AccountState, poisoned: ReadonlySet<string>): AccountState {
  const { accountId, posted } = account
  if (!poisoned.has(accountId)) return account
  return {
    ...account,
    get posted(): bigint {
      if (poisoned.has(accountId)) throw new TypeError(`The balance of ${accountId} is poisoned.`)
      return posted
    }
  }
}

/** A session that behaves like another except for the methods named. */
function overriding(session: StoreSession, methods: Partial<StoreSession>): StoreSession {
  return new Proxy(session, {
    get(target, name): unknown {
      if (name in methods) return methods[name as keyof StoreSession]
      // Read and called on the session itself, so that its private fields are found.
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    }
  })
}
