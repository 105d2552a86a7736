import { Worker as Thread } from 'node:worker_threads'
import { NotCommittedError, OutcomeUnknownError } from '../errors.js'
import { errorOf } from './writer-failure.js'
import type { Reply, Request } from './writer-protocol.js'

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How many threads without a file are kept for the next one, since starting one takes tens of milliseconds. */
const IDLE_MAX = 2
const idle: WriterClient[] = []

/** A running writer thread, seen from outside. It keeps the process alive only while a reply is awaited. */
export class WriterClient {
  readonly #thread: Thread
  readonly #pending: Pending[] = []
  #death: Error | undefined

  static take(): WriterClient {
    return idle.pop() ?? new WriterClient()
  }

  private constructor() {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    this.#thread = new Thread(new URL(`./writer-thread.${extension}`, import.meta.url))
    this.#thread.unref()
    this.#thread.on('message', (reply: Reply) => this.#onReply(reply))
    this.#thread.on('error', error => this.#onDeath(error))
    this.#thread.on('exit', code => this.#onDeath(new Error(`The writer thread ended with code ${code}.`)))
  }

  ask<T>(request: Request): Promise<T> {
    if (this.#death !== undefined) {
      const message = 'Expected a running writer thread, got an ended one. Reopen the store.'
      return Promise.reject(new NotCommittedError(message, { cause: this.#death }))
    }
    if (this.#pending.length === 0) this.#thread.ref()
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ resolve: resolve as (value: unknown) => void, reject })
      this.#thread.postMessage(request)
    })
  }

  /** Gives the thread back after its file was closed. */
  release(): void {
    if (this.#death === undefined && idle.length < IDLE_MAX) idle.push(this)
    else void this.#thread.terminate()
  }

  #onReply(reply: Reply): void {
    const pending = this.#pending.shift()!
    if (this.#pending.length === 0) this.#thread.unref()
    if ('failure' in reply) pending.reject(errorOf(reply.failure))
    else pending.resolve(reply.value)
  }

  #onDeath(cause: Error): void {
    this.#death ??= cause
    const place = idle.indexOf(this)
    if (place !== -1) idle.splice(place, 1)
    for (const { reject } of this.#pending.splice(0)) reject(new OutcomeUnknownError({ cause }))
  }
}
