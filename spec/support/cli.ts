import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { commandLine } from '../../lib/cli/command-line.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NODE = ['--import', './register.mjs', '-C', 'bursar:source', '--no-warnings', 'lib/cli/bin.ts']

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program in this process. */
export async function bursar(...args: readonly string[]): Promise<Ended> {
  const stdout = new PassThrough({ encoding: 'utf8', highWaterMark: 10_000_000 })
  const stderr = new PassThrough({ encoding: 'utf8', highWaterMark: 10_000_000 })
  const exitCode = await commandLine(args, { stdout, stderr })
  const text = (stream: PassThrough) => (stream.read() as string | null) ?? ''
  return { exitCode, stdout: text(stdout), stderr: text(stderr) }
}

/** The values that the program answers with in JSON, one a line. */
export async function bursarJson(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await bursar(...args, '--json')
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

/** Runs the program in a process of its own, through a shell, which is slow: for what only a process can show. */
export function inShell(rest: string, ...args: readonly string[]): Promise<Ended> {
  return ended('bash', ['-c', `set -o pipefail; ${words(args)} ${rest}`])
}

/** Runs the program on a terminal of its own, where both outputs arrive as one. */
export function onTerminal(...args: readonly string[]): Promise<Ended> {
  if (existsSync('/usr/bin/script')) return ended('script', ['-qec', words(args), '/dev/null'])
  const program = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'
  return ended('python3', ['-c', program, 'bash', '-c', words(args)])
}

function words(args: readonly string[]): string {
  return [process.execPath, ...NODE, ...args].map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
}

function ended(program: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', exitCode => resolve({ exitCode, stdout, stderr }))
  })
}
