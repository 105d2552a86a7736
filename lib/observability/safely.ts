import { hasMethod } from '../domain/callable.js'
import { show } from '../domain/show.js'

/**
 * Calls code of the application's that no payment depends on. Whatever it throws, and whatever the promise that it returns
 * rejects with, becomes a warning of the process.
 *
 * @param what the subject of the warning
 */
export function safely<T>(what: string, action: () => T): T | undefined {
  try {
    const value = action()
    // A promise of our own: one of the application's may have methods that throw.
    if (hasMethod(value, 'then')) new Promise<unknown>(resolve => resolve(value)).catch(error => warn(what, error))
    return value
  } catch (error) {
    warn(what, error)
    return undefined
  }
}

/** Reports a failure that nobody waits for. */
export function warn(what: string, error: unknown): void {
  process.emitWarning(`${what} failed: ${textOf(error)}`, 'BursarWarning')
}

/** What was thrown may be no error, or one that has no text. */
function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return show(error)
  }
}
