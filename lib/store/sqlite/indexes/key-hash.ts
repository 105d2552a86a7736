/** Two 24-bit halves: the result is a safe integer that SQLite stores in six bytes. */
const HALF = 0xffffff

/**
 * A number for an account's idempotency key, spread well enough for an index (FNV-1a, twice, with different offsets).
 * Two keys may share a number: whoever looks one up compares the entry found.
 */
export function keyHash(accountId: string, idempotencyKey: string): number {
  let low = 0x811c9dc5
  let high = 0x01000193
  const { length } = accountId
  // One loop over both, with a zero in between: a function called for each character would keep both halves on the heap.
  for (let index = 0; index <= length + idempotencyKey.length; index++) {
    const code =
      index < length
        ? accountId.charCodeAt(index)
        : index === length
          ? 0
          : idempotencyKey.charCodeAt(index - length - 1)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b)
    high ^= high >>> 13
  }
  return ((high ^ (high >>> 15)) & HALF) * 0x1000000 + ((low ^ (low >>> 15)) & HALF)
}
