import type { Store, StoreSession, Wanted } from '../../../lib/store/store.js'

/** One fresh ledger for each requirement. */
export interface StoreScene {
  store(): Store
  /** Opens the ledger, closing what was open before; closed after the requirement. */
  open(): Promise<StoreSession>
  close(): Promise<void>
  /** Looks at the ledger through the session that wrote it, and once more after it was reopened. */
  everywhere(look: (session: StoreSession) => Promise<unknown>): Promise<void>
}

/** A wish for some things and nothing else. */
export function wanting(wanted: Partial<Wanted>): Wanted {
  return { accounts: [], keys: [], transactions: [], ...wanted }
}

/** More than any ledger of these specs holds. */
export const EVERYTHING = { after: 0, through: 1_000_000, limit: 1_000_000 } as const
