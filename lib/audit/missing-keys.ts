import { keyOf } from '../domain/idempotency.js'
import type { ChainedEntry, RecordedKey, StoreSnapshot } from '../store/store.js'

/** Keys of a page that are not forgotten yet and cannot be found: they could pay twice. */
export async function missingKeysOf(
  snapshot: StoreSnapshot,
  page: readonly ChainedEntry[]
): Promise<readonly RecordedKey[]> {
  const { keysForgottenThrough, tablesThrough } = snapshot
  const keys = page.flatMap(({ entry }) => {
    const { sequence, command } = entry
    const idempotencyKey = keyOf(entry)
    if (idempotencyKey === undefined || sequence <= keysForgottenThrough || sequence > tablesThrough) return []
    return [{ accountId: command.accountId, idempotencyKey, sequence }]
  })
  return snapshot.missingKeys(keys)
}
