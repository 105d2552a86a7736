import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, type Store } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'

/** A place where one ledger lives; `store()` opens the same ledger every time. */
export interface Ledger {
  readonly name: string
  store(): Store
  dispose(): void
}

/** A directory of its own for one spec, removed by `dispose`. */
export function temporaryDirectory(): { readonly path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'bursar-spec-'))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) }
}

function memoryLedger(): Ledger {
  const store = memoryStore()
  return { name: 'memory', store: () => store, dispose: () => undefined }
}

export function sqliteLedger(): Ledger & { readonly path: string } {
  const directory = temporaryDirectory()
  const path = join(directory.path, 'payments.db')
  return { name: 'sqlite', path, store: () => sqliteStore({ path }), dispose: () => directory.dispose() }
}

/** Every store that must behave alike: run each behaviour spec over all of them. */
export const LEDGERS: readonly { readonly name: string; create(): Ledger }[] = [
  { name: 'memory', create: memoryLedger },
  { name: 'sqlite', create: sqliteLedger }
]
