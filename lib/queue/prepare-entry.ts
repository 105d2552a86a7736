import type { Entry } from '../domain/entry.js'
import type { StoreSession } from '../store/store.js'

/** Tells the store what is likely to come. Once an entry is staged, nothing may make its command fail. */
export function prepareEntry(session: StoreSession, entry: Entry): void {
  try {
    session.prepare?.(entry)
  } catch {
    // The commit gets the entry itself.
  }
}
