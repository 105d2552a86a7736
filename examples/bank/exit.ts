/** The file or the database cannot be used, for the reason in `cause`; nothing was imported. */
export class CannotStartError extends Error {
  override readonly name = 'CannotStartError'
  constructor(cause: unknown) {
    super('The import cannot start', { cause })
  }
}
