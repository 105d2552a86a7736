import { MessageChannel, receiveMessageOnPort, Worker as Thread, type MessagePort } from 'node:worker_threads'
import { NotCommittedError, OutcomeUnknownError } from '../errors.js'
import { Bell } from './bell.js'
import { errorOf } from './writer-failure.js'
import type { Reply, Request, ThreadData } from './writer-protocol.js'

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How many threads without a file are kept for the next one, since starting one takes tens of milliseconds. */
const IDLE_MAX = 2
const idle: WriterClient[] = []

/** How long after a request the event loop is kept awake for its reply, at most. */
const AWAKE_MS = 1
/** How long one look may take before everything else gets its turn. */
const LOOK_MS = 0.03

/** A running writer thread, seen from outside. It keeps the process alive only while a reply is awaited. */
export class WriterClient {
  readonly #thread: Thread
  readonly #port: MessagePort
  readonly #requests: Bell
  readonly #replies: Bell
  #awakeUntil = 0
  #isLooking = false
  readonly #pending: Pending[] = []
  #death: Error | undefined

  static take(): WriterClient {
    return idle.pop() ?? new WriterClient()
  }

  private constructor() {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const { port1, port2 } = new MessageChannel()
    const workerData: ThreadData = { port: port2, requests: Bell.memory(), replies: Bell.memory() }
    this.#port = port1
    this.#requests = new Bell(workerData.requests)
    this.#replies = new Bell(workerData.replies)
    this.#thread = new Thread(new URL(`./writer-thread.${extension}`, import.meta.url), {
      workerData,
      transferList: [port2]
    })
    this.#thread.unref()
    this.#port.on('message', (reply: Reply) => this.#onReply(reply))
    this.#port.unref()
    this.#thread.on('error', error => this.#onDeath(error))
    this.#thread.on('exit', code => this.#onDeath(new Error(`The writer thread ended with code ${code}.`)))
  }

  ask<T>(request: Request): Promise<T> {
    if (this.#death !== undefined) {
      const message = 'Expected a running writer thread, got an ended one. Reopen the store.'
      return Promise.reject(new NotCommittedError(message, { cause: this.#death }))
    }
    if (this.#pending.length === 0) this.#port.ref()
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ resolve: resolve as (value: unknown) => void, reject })
      this.#port.postMessage(request)
      this.#requests.ring()
      this.#stayAwake()
    })
  }

  /** Gives the thread back after its file was closed. */
  release(): void {
    if (this.#death === undefined && idle.length < IDLE_MAX) idle.push(this)
    else void this.#thread.terminate()
  }

  /**
   * Looks for the reply at every turn of the event loop for a moment, so that the loop does not go to sleep: waking it
   * up costs about as much as a fast disk takes for the whole commit. Everything else gets its turns as usual.
   */
  #stayAwake(): void {
    this.#awakeUntil = performance.now() + AWAKE_MS
    if (this.#isLooking) return
    this.#isLooking = true
    setImmediate(this.#look)
  }

  readonly #look = (): void => {
    const now = performance.now()
    while (!this.#replies.hasRungSoon() && performance.now() < now + LOOK_MS);
    if (this.#replies.hasRung()) {
      const received = receiveMessageOnPort(this.#port) as { readonly message: Reply } | undefined
      if (received !== undefined) this.#onReply(received.message)
    }
    this.#isLooking = this.#pending.length > 0 && now < this.#awakeUntil
    if (this.#isLooking) setImmediate(this.#look)
  }

  #onReply(reply: Reply): void {
    this.#replies.heard()
    const pending = this.#pending.shift()!
    if (this.#pending.length === 0) this.#port.unref()
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
