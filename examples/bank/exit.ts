/** What the exit code says; `--help` tells the same to people. */
export const EXIT = { clean: 0, attention: 1, cannotStart: 2, interrupted: 130, terminated: 143 } as const

/** The file or the database cannot be used, for the reason in `cause`; nothing was imported. */
export class CannotStartError extends Error {
  override readonly name = 'CannotStartError'
  constructor(cause: unknown) {
    super('The import cannot start', { cause })
  }
}
