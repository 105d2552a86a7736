/**
 * For a command that opens an application's ledger: whatever lifetimes the application has set, none of its keys may be
 * forgotten meanwhile, and the row of a file that comes back after years must not pay again.
 */
export const KEYS_KEPT_FOREVER = { answerTtlMs: Number.MAX_SAFE_INTEGER, keyTtlMs: Number.MAX_SAFE_INTEGER } as const
