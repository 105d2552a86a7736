import { keyText } from './idempotency.js'

interface Commanded {
  readonly command: { readonly accountId: string }
}

/**
 * One value for each account and idempotency key. Nearly every key is used by one account only, so that it finds the
 * value by itself; only where further accounts use the same key, a text is made of both.
 */
export class KeyedMap<T extends Commanded> {
  readonly #firsts = new Map<string, T>()
  #others: Map<string, T> | undefined

  get(accountId: string, idempotencyKey: string): T | undefined {
    const first = this.#firsts.get(idempotencyKey)
    if (first?.command.accountId === accountId) return first
    return this.#others?.get(keyText(accountId, idempotencyKey))
  }

  set(idempotencyKey: string, value: T): void {
    const { accountId } = value.command
    const first = this.#firsts.get(idempotencyKey)
    if (first === undefined || first.command.accountId === accountId) {
      this.#firsts.set(idempotencyKey, value)
      this.#others?.delete(keyText(accountId, idempotencyKey))
    } else {
      this.#others ??= new Map()
      this.#others.set(keyText(accountId, idempotencyKey), value)
    }
  }

  *values(): Generator<T, void, undefined> {
    yield* this.#firsts.values()
    if (this.#others !== undefined) yield* this.#others.values()
  }

  /** Takes a value away, unless its key has another by now. */
  delete(idempotencyKey: string, value: T): boolean {
    const { accountId } = value.command
    if (this.#firsts.get(idempotencyKey) === value) return this.#firsts.delete(idempotencyKey)
    const text = keyText(accountId, idempotencyKey)
    return this.#others?.get(text) === value && this.#others.delete(text)
  }
}
