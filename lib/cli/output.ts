import { once } from 'node:events'
import { inShellWords } from './shell-words.js'

export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** Where a command writes: `process`, except in a test. */
export interface Streams {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
}

/**
 * Lets a reader leave, as `head` does, without a trace on the terminal: what is still written to it goes nowhere.
 * Any other failure of the stream is raised as before.
 *
 * @returns aborted when the reader has left
 */
export function tolerateClosedPipe(stream: OutputStream): AbortSignal {
  const left = new AbortController()
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    left.abort()
  })
  return left.signal
}

/** The answer of a command goes to `stdout`, line by line; everything about the command itself goes to `stderr`. */
export class Output {
  /** Aborted when nobody reads the answer any more. */
  readonly readerLeft: AbortSignal
  readonly isJson: boolean
  readonly stderr: OutputStream
  readonly #stdout: OutputStream

  constructor({ stdout, stderr }: Streams, isJson: boolean) {
    this.#stdout = stdout
    this.stderr = stderr
    this.isJson = isJson
    this.readerLeft = tolerateClosedPipe(stdout)
    tolerateClosedPipe(stderr)
  }

  /** The same answer twice: for programs, or for people. */
  async answer(value: unknown, lines: () => readonly string[]): Promise<void> {
    if (this.isJson) return this.#write(`${jsonText(value)}\n`)
    for (const line of lines()) await this.#write(`${inert(line)}\n`)
  }

  /** Says to a person that a list is empty; to a program, no line says it. */
  async nothing(line: string): Promise<void> {
    if (!this.isJson) await this.#write(`${line}\n`)
  }

  /** Lines for a file, to the letter; a terminal gets them without what could steer it. */
  async text(lines: string): Promise<void> {
    await this.#write(this.#stdout.isTTY ? lines.split('\n').map(inert).join('\n') : lines)
  }

  /** A remark beside the answer, for whoever watches. */
  note(line: string): void {
    this.stderr.write(this.isJson ? `${jsonText({ note: line })}\n` : `${inert(line)}\n`)
  }

  /** What went wrong, then why, then why that. */
  failure(error: unknown): void {
    if (this.isJson) this.stderr.write(`${jsonText({ error: failureOf(error) })}\n`)
    else for (const message of messagesOf(error)) this.note(message)
  }

  /** Waits for a slow reader instead of filling the memory. */
  async #write(text: string): Promise<void> {
    if (this.readerLeft.aborted || this.#stdout.write(text)) return
    await once(this.#stdout, 'drain', { signal: this.readerLeft }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
  }
}

const CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text that cannot steer a terminal or begin a line of its own, whatever the ledger holds. */
export function inert(text: string): string {
  return text.replace(CONTROLS, '\uFFFD')
}

/**
 * One line of JSON: amounts as decimal text, times in ISO 8601, numbers whole, and no character that could steer a
 * terminal.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_key, content: unknown) => {
    if (typeof content === 'bigint') return content.toString()
    return typeof content === 'number' ? Math.round(content) : content
  })
  return text.replace(CONTROLS, found =>
    [...Array(found.length).keys()].map(at => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
  )
}

function failureOf(error: unknown): object {
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown }
  return { name, code, message: messagesOf(error).join(' ') }
}

/** An error and its causes; a cause that says the same again adds nothing. */
function messagesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)]
  const message = inShellWords(error.message)
  const causes = error.cause === undefined ? [] : messagesOf(error.cause)
  return causes[0] === message ? causes : [message, ...causes]
}
