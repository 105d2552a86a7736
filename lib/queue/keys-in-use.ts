import type { Command } from '../domain/command.js'
import type { Entry } from '../domain/entry.js'
import { keyOf } from '../domain/idempotency.js'
import { KeyedMap } from '../domain/keyed-map.js'
import type { CommandJob } from './job.js'

/** An idempotency key while commands under it wait for their answers. */
export class KeyInUse {
  /** One of them, which says whose key it is. */
  readonly command: Command
  users = 0
  /** The latest entry under the key, once it is loaded or decided; durable or not. */
  latest: Entry | undefined

  constructor(command: Command) {
    this.command = command
  }
}

/**
 * The keys of all commands that have no answer yet. As an answer is given when its entry is durable, and not before, no
 * entry that the store may not show is under any other key.
 */
export class KeysInUse {
  readonly #keys = new KeyedMap<KeyInUse>()

  /** A command that waits under the key. */
  unanswered(accountId: string, idempotencyKey: string): Command | undefined {
    return this.#keys.get(accountId, idempotencyKey)?.command
  }

  latest(accountId: string, idempotencyKey: string): Entry | undefined {
    return this.#keys.get(accountId, idempotencyKey)?.latest
  }

  /** From now on until it is answered, this command uses its key. */
  enter(job: CommandJob, idempotencyKey: string): void {
    let key = this.#keys.get(job.command.accountId, idempotencyKey)
    if (key === undefined) this.#keys.set(idempotencyKey, (key = new KeyInUse(job.command)))
    key.users++
    job.key = key
  }

  leave({ key, command }: CommandJob): void {
    if (key !== undefined && --key.users === 0) this.#keys.delete(command.idempotencyKey!, key)
  }

  /** Takes over what was loaded, unless something later was decided meanwhile. */
  learn(entry: Entry): void {
    const key = this.#of(entry)
    if (key !== undefined) key.latest ??= entry
  }

  record(entry: Entry): void {
    const key = this.#of(entry)
    if (key !== undefined) key.latest = entry
  }

  /** Forgets what was decided after an entry. */
  revert(sequence: number): void {
    for (const key of this.#keys.values()) if ((key.latest?.sequence ?? 0) > sequence) key.latest = undefined
  }

  #of(entry: Entry): KeyInUse | undefined {
    const idempotencyKey = keyOf(entry)
    return idempotencyKey === undefined ? undefined : this.#keys.get(entry.command.accountId, idempotencyKey)
  }
}
