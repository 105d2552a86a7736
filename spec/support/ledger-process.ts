import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A process of its own that runs the ledger program on a file. */
export interface LedgerProcess {
  /** Lets it go on with `open` or `pay <number>`. */
  tell(line: string): void
  /** The next line that it says; rejects when it ends without saying one. */
  nextLine(): Promise<string>
  /** Kills it as a power switch would, and resolves with the lines that nobody has read yet. */
  kill(): Promise<readonly string[]>
}

const PROGRAM = fileURLToPath(new URL('ledger-program.ts', import.meta.url))

export function startLedgerProcess(path: string): LedgerProcess {
  const flags = ['--import', './register.mjs', '--conditions=bursar:source', '--no-warnings']
  const child = spawn(process.execPath, [...flags, PROGRAM, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const unread: string[] = []
  const readers: { resolve(line: string): void; reject(error: Error): void }[] = []
  let hasEnded = false
  createInterface({ input: child.stdout })
    .on('line', line => {
      const reader = readers.shift()
      if (reader === undefined) unread.push(line)
      else reader.resolve(line)
    })
    .on('close', () => {
      hasEnded = true
      for (const reader of readers.splice(0)) reader.reject(new Error('Expected a line, got the end of the process'))
    })
  const closed = once(child, 'close')

  return {
    tell(line) {
      child.stdin.write(`${line}\n`)
    },
    async nextLine() {
      const line = unread.shift()
      if (line !== undefined) return line
      if (hasEnded) throw new Error('Expected a line, got the end of the process')
      return new Promise((resolve, reject) => readers.push({ resolve, reject }))
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
      return unread.splice(0)
    }
  }
}
