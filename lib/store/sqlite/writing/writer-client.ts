import { MessageChannel, receiveMessageOnPort, type MessagePort, type Worker as Thread } from 'node:worker_threads'
import { NotCommittedError, OutcomeUnknownError, StoreUnavailableError } from '../../errors.js'
import { ThreadModule } from '../database/thread.js'
import { Bell } from './bell.js'
import { Mailbox } from './mailbox.js'
import { errorOf } from './writer-failure.js'
import { WAKE_UP, type Reply, type Request, type ThreadData } from './writer-protocol.js'
import { monotonicMs, setImmediate } from '../../../timers.js'

interface Pending {
  readonly type: Request['type']
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How many threads without a file are kept for the next one, since starting one takes tens of milliseconds. */
const IDLE_MAX = 2
const idle: WriterClient[] = []

const MODULE = new ThreadModule('writer-thread', import.meta.url)

/** How long after a request the event loop is kept awake for its reply, at most. */
const AWAKE_MS = 1
/** How long one look may take before everything else gets its turn. */
const LOOK_MS = 0.03

type Message = Reply | typeof WAKE_UP

/** A running writer thread, seen from outside. It keeps the process alive only while a reply is awaited. */
export class WriterClient {
  readonly #thread: Thread
  readonly #port: MessagePort
  readonly #requests: Bell
  readonly #replies: Bell
  readonly #mailbox: Mailbox
  #awakeUntil = 0
  #isLooking = false
  readonly #pending: Pending[] = []
  #hasStarted = false
  #death: Error | undefined

  /** @throws StoreFormatError when a thread cannot start */
  static take(): WriterClient {
    return idle.pop() ?? new WriterClient()
  }

  private constructor() {
    const { port1, port2 } = new MessageChannel()
    const workerData: ThreadData = {
      port: port2,
      requests: Bell.memory(),
      replies: Bell.memory(),
      mailbox: Mailbox.memory()
    }
    this.#port = port1
    this.#requests = new Bell(workerData.requests)
    this.#replies = new Bell(workerData.replies)
    this.#mailbox = new Mailbox(workerData.mailbox)
    this.#thread = MODULE.start({ workerData, transferList: [port2] })
    this.#thread.unref()
    this.#port.on('message', (message: Message) => this.#onMessage(message))
    this.#port.unref()
    this.#thread.on('error', error => this.#onDeath(error))
    this.#thread.on('exit', code => this.#onDeath(new Error(`The writer thread ended with code ${code}.`)))
  }

  ask<T>(request: Request): Promise<T> {
    if (this.#death !== undefined) {
      // An ended thread holds no file any more.
      if (request.type === 'close') return Promise.resolve(undefined as T)
      const message = 'Expected a running writer thread, got an ended one. Reopen the store.'
      return Promise.reject(new NotCommittedError(message, { cause: this.#death }))
    }
    return new Promise<T>((resolve, reject) => {
      this.#stayAwake()
      this.#send(request)
      if (this.#pending.length === 0) this.#port.ref()
      this.#pending.push({ type: request.type, resolve: resolve as (value: unknown) => void, reject })
    })
  }

  /** A commit goes into the mailbox only where nothing is pending: so it is older than everything at the port. */
  #send(request: Request): void {
    if (this.#pending.length === 0 && request.type === 'commit' && this.#mailbox.put(request.group)) {
      if (!this.#requests.ring()) this.#port.postMessage(WAKE_UP)
    } else {
      this.#port.postMessage(request)
      this.#requests.ring()
    }
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
    this.#awakeUntil = monotonicMs() + AWAKE_MS
    if (this.#isLooking) return
    this.#isLooking = true
    this.#replies.wakeUp()
    setImmediate(this.#look)
  }

  readonly #look = (): void => {
    const now = monotonicMs()
    while (!this.#replies.hasRungSoon() && monotonicMs() < now + LOOK_MS);
    if (this.#replies.hasRung() && !this.#takeFromMailbox()) {
      const received = receiveMessageOnPort(this.#port) as { readonly message: Message } | undefined
      if (received !== undefined) this.#onMessage(received.message)
    }
    this.#isLooking = this.#pending.length > 0 && (now < this.#awakeUntil || !this.#replies.fallAsleep())
    if (this.#isLooking) setImmediate(this.#look)
  }

  /** What the mailbox answers was asked before anything that the port may bring. */
  #onMessage(message: Message): void {
    this.#takeFromMailbox()
    if (message !== WAKE_UP) this.#settle(message)
  }

  #takeFromMailbox(): boolean {
    const isDone = this.#mailbox.takeDone()
    if (isDone) this.#settle({ value: undefined })
    return isDone
  }

  #settle(reply: Reply): void {
    this.#hasStarted = true
    this.#replies.heard()
    // None, where the thread died just after its answer: then its caller was told that the outcome is unknown.
    const pending = this.#pending.shift()
    if (this.#pending.length === 0) this.#port.unref()
    if ('failure' in reply) pending?.reject(errorOf(reply.failure))
    else pending?.resolve(reply.value)
  }

  #onDeath(cause: Error): void {
    this.#death ??= cause
    const place = idle.indexOf(this)
    if (place !== -1) idle.splice(place, 1)
    this.#port.unref()
    for (const { type, resolve, reject } of this.#pending.splice(0)) {
      if (type === 'close') resolve(undefined)
      else reject(this.#outcomeAfterDeath(type, cause))
    }
  }

  /** Only a commit can have happened without its answer. What was not opened is not open. */
  #outcomeAfterDeath(type: Request['type'], cause: Error): Error {
    if (type !== 'open') return new OutcomeUnknownError({ cause })
    return this.#hasStarted ? new StoreUnavailableError({ cause }) : MODULE.cannotStart(cause)
  }
}
