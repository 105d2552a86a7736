import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { compiledPrograms } from './compiled-programs.js'

/** A process of its own that runs the ledger program on a file. */
export interface LedgerProcess {
  /** Lets it go on with `open`, `pay <number>` or `close`. */
  tell(line: string): void
  /** The next line that it says; rejects when it ends without saying one. */
  nextLine(): Promise<string>
  /** Kills it as a power switch would, and resolves with the lines that nobody has read yet. */
  kill(): Promise<readonly string[]>
  /** Stops it where it is, for good: it can only be killed then. */
  freeze(): void
  /** When it has died of SIGKILL by itself, resolves with the lines that nobody has read yet; rejects for other ends. */
  killed(): Promise<readonly string[]>
}

export interface LedgerProcessOptions {
  /** Where it kills itself; see `kill-switch.ts`. */
  readonly killAt?: { readonly step: string; readonly nth: number; readonly armedBy?: string }
  /** Added to the environment. */
  readonly environment?: NodeJS.ProcessEnv
}

export function startLedgerProcess(path: string, { killAt, environment }: LedgerProcessOptions = {}): LedgerProcess {
  const programs = compiledPrograms()
  // Threads take over nothing of the command line, and the kill switch belongs into each of them.
  const killSwitch = killAt === undefined ? {} : { NODE_OPTIONS: `--import ${join(programs, 'kill-switch.js')}` }
  const child = spawn(process.execPath, ['--no-warnings', join(programs, 'ledger-program.js'), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, KILL_SWITCH: JSON.stringify(killAt), ...killSwitch, ...environment }
  })
  // It may end while it is told something.
  child.stdin.on('error', () => undefined)
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
    },
    freeze() {
      child.kill('SIGSTOP')
    },
    async killed() {
      await closed
      if (child.signalCode !== 'SIGKILL') {
        throw new Error(`Expected the process to be killed, got exit code ${child.exitCode} and ${child.signalCode}`)
      }
      return unread.splice(0)
    }
  }
}
