/** What the exit code says; `bursar --help` tells the same to people. */
export const EXIT = {
  /** Done, and all is well. */
  ok: 0,
  /** Done, and something needs a look; or stopped by a failure on the way. */
  attention: 1,
  /** Nothing was done: the arguments have no meaning, or the ledger or a file cannot be used. */
  cannotStart: 2,
  interrupted: 130,
  terminated: 143
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Arguments without a meaning. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'ERR_USAGE'
}
