import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { StoreFormatError } from '../../errors.js'

/**
 * A module that runs as a thread of its own, compiled or as source, like the one that asks.
 *
 * @param from the URL of the module that asks; a bundle in CommonJS does not know it
 */
export class ThreadModule {
  readonly #name: string
  readonly #from: string | undefined

  constructor(name: string, from: string | undefined) {
    this.#name = name
    this.#from = from
  }

  /**
   * Starts the thread. It takes nothing of the command line: that is about the user's program, and with some of it, such
   * as `--input-type`, no thread can start. (`NODE_OPTIONS` count for every thread, and source needs what reads source.)
   *
   * @throws StoreFormatError when there is no such file, or no thread can be made
   */
  start(options: WorkerOptions): Worker {
    const url = this.#url
    if (url === undefined || (url.protocol === 'file:' && !existsSync(url))) throw this.#missing()
    try {
      return new Worker(url, this.#isSource ? options : { ...options, execArgv: [] })
    } catch (cause) {
      throw this.cannotStart(cause)
    }
  }

  /** What to say of a thread that ended before it had done anything. */
  cannotStart(cause: unknown): StoreFormatError {
    return new StoreFormatError(
      `The thread ${this.#file} did not start (see cause). It needs the files beside it and leave to run as a worker ` +
        'thread: declare bursar external if it is bundled, and look at NODE_OPTIONS.',
      { cause }
    )
  }

  #missing(): StoreFormatError {
    return new StoreFormatError(
      `The thread ${this.#file} cannot start: the file is missing. A bundler has left it out: declare bursar external, ` +
        'so that it runs from node_modules.'
    )
  }

  get #isSource(): boolean {
    return this.#from?.endsWith('.ts') === true
  }

  get #url(): URL | undefined {
    const file = `${this.#name}.${this.#isSource ? 'ts' : 'js'}`
    return this.#from === undefined ? undefined : new URL(`./${file}`, this.#from)
  }

  get #file(): string {
    const url = this.#url
    if (url === undefined) return `${this.#name}.js`
    return url.protocol === 'file:' ? fileURLToPath(url) : url.href
  }
}
