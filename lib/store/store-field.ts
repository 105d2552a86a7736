import { hasMethod } from '../domain/callable.js'
import { InvalidRequestError } from '../domain/errors.js'
import { show } from '../domain/show.js'
import type { Store } from './store.js'

/** A store that a caller handed in. @throws InvalidRequestError */
export function storeField(value: unknown): Store {
  if (hasMethod(value, 'open')) return value as Store
  throw new InvalidRequestError(`Expected store to be a store such as sqliteStore({ path }), got ${show(value)}.`)
}
