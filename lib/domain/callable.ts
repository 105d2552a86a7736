import { InvalidRequestError } from './errors.js'
import { show } from './show.js'

/** A function that a caller wants to be called. @throws InvalidRequestError */
export function callbackField<F extends (...values: never[]) => unknown>(value: F, name: string): F {
  if (typeof value === 'function') return value
  throw new InvalidRequestError(`Expected ${name} to be a function, got ${show(value)}.`)
}

/** Whether something can do what is wanted of it; looking never throws. */
export function hasMethod(value: unknown, name: string | symbol): boolean {
  if (value === undefined || value === null) return false
  try {
    return typeof (value as { readonly [method: string | symbol]: unknown })[name] === 'function'
  } catch {
    return false
  }
}
