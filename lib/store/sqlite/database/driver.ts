import { createRequire, isBuiltin } from 'node:module'
import { StoreFormatError } from '../../errors.js'

/** The part of Node's `node:sqlite` that is used here; its drop-in for older Node versions has the same. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export interface Statement {
  run(...values: Value[]): { readonly changes: number | bigint }
  get(...values: Value[]): unknown
  all(...values: Value[]): unknown[]
  iterate(...values: Value[]): Iterable<unknown>
  setReadBigInts(enabled: boolean): void
}

export type Value = string | number | bigint | null | Uint8Array

interface OpenOptions {
  readonly readOnly?: boolean
  /** Lets no statement write to SQLite's own structures; versions that do not know it ignore it. */
  readonly defensive?: boolean
}

interface CopyOptions {
  /** Pages a step. */
  readonly rate: number
  /** Called between steps; what it throws ends the copy. */
  readonly progress: (pages: { readonly totalPages: number; readonly remainingPages: number }) => void
}

interface Driver {
  readonly DatabaseSync: new (path: string, options?: OpenOptions) => Database
  readonly backup?: (source: Database, path: string, options: CopyOptions) => Promise<number>
}

const DROP_IN = '@photostructure/sqlite'

/** Opens a database with Node's own SQLite where Node has it, else with the drop-in package. */
export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): Database {
  driver ??= loadDriver()
  return new driver.DatabaseSync(path, { ...options, defensive: true })
}

/** Copies a database page by page with SQLite's online backup; `undefined` where the driver has none. */
export function onlineBackup(): Driver['backup'] {
  driver ??= loadDriver()
  return driver.backup
}

let driver: Driver | undefined

function loadDriver(): Driver {
  const require = createRequire(import.meta.url)
  if (isBuiltin('node:sqlite')) return withoutWarning(() => require('node:sqlite') as Driver)
  try {
    return require(DROP_IN) as Driver
  } catch (cause) {
    throw new StoreFormatError(
      `Expected node:sqlite (Node 22.13 or newer) or the package ${DROP_IN}, got neither on Node ${process.version}. ` +
        `Run: npm install ${DROP_IN}@1`,
      { cause }
    )
  }
}

/** Loading node:sqlite prints an experimental warning on some Node versions; the caller of a ledger has no use for it. */
function withoutWarning<T>(load: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
