import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ClientConfig } from 'pg'
import { findBinaries, readableBinaries } from './binaries.js'
import { canReach, serverUser, type ServerUser } from './server-user.js'

const USER = 'bench'

/** Where files go when the trial's own directory will not do; unlike /tmp, a disk by convention. */
const FALLBACK_DIRECTORY = '/var/tmp'

/** The name of a socket is at most this long on every system. */
const SOCKET_PATH_MAX = 103

/** Everything else is PostgreSQL's default. These are defaults too, and what an answer's durability rests on. */
export const DURABLE_SETTINGS = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' } as const

/**
 * Runs the server, and a watcher beside it that waits for the end of the standard input and then shuts the server down.
 * The system closes the input when the process that holds its other end is gone, so a server outlives nobody, however
 * they died. A session of its own keeps Ctrl-C on the terminal from it: whoever started it stops it.
 */
const GUARDED = `
exec 3<&0
((read -r _; kill -INT $$) <&3 >/dev/null 2>&1 &)
exec 3<&-
exec "$@" </dev/null
`

/**
 * A PostgreSQL server of one's own: a new cluster, reached over a Unix socket that only this machine knows.
 *
 * created → running ⇄ stopped → removed.
 */
export class PostgresServer {
  readonly #directory: string
  readonly #native: string
  readonly #user: ServerUser | undefined
  #server: ChildProcess | undefined

  /** `near` is where the files go, if the server's user can get there. */
  constructor(near: string) {
    const native = findBinaries()
    this.#user = serverUser()
    this.#directory = createDirectory(near, this.#user)
    this.#native = readableBinaries(native, this.#user, this.#directory)
  }

  get connection(): ClientConfig {
    return { host: this.#directory, user: USER, database: 'postgres' }
  }

  async initialize(): Promise<void> {
    const options = ['--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync', '--no-instructions']
    const program = join(this.#native, 'bin', 'initdb')
    await promisify(execFile)(program, [`--pgdata=${this.#data}`, `--username=${USER}`, ...options], this.#spawnOptions)
  }

  async start(): Promise<void> {
    const settings = { ...DURABLE_SETTINGS, listen_addresses: '', unix_socket_directories: this.#directory }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const program = [join(this.#native, 'bin', 'postgres'), '-D', this.#data, ...options]
    const server = spawn('/bin/sh', ['-c', GUARDED, 'sh', ...program], {
      ...this.#spawnOptions,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe']
    })
    this.#server = server
    await untilReady(server)
  }

  /** Disconnects everybody, writes everything and ends. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined || hasEnded(server)) return
    const ended = once(server, 'exit')
    server.stdin!.end()
    await ended
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#directory, 'data')
  }

  get #spawnOptions(): Partial<ServerUser> & { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    return { ...this.#user, cwd: this.#directory, env: { LC_ALL: 'C', PATH: process.env['PATH'] } }
  }
}

function createDirectory(near: string, user: ServerUser | undefined): string {
  if (user !== undefined) chmodSync(near, 0o711)
  const isUsable = user === undefined || canReach(near)
  const isShort = Buffer.byteLength(join(near, 'postgres-XXXXXX', '.s.PGSQL.5432')) <= SOCKET_PATH_MAX
  const directory = mkdtempSync(join(isUsable && isShort ? near : FALLBACK_DIRECTORY, 'postgres-'))
  if (user !== undefined) chownSync(directory, user.uid, user.gid)
  return directory
}

/** Its log says when it takes connections, and otherwise why it does not. */
function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.stderr!.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4_000)
      if (log.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    // Unlike "exit", this comes after the last of the log.
    server.once('close', code => reject(new Error(`Expected PostgreSQL to start, got exit code ${code}: ${log}`)))
  })
}

function hasEnded(server: ChildProcess): boolean {
  return server.pid === undefined || server.exitCode !== null || server.signalCode !== null
}
