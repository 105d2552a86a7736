import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStore } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { BENCH_ROOT } from '../bench-root.js'
import { drain } from './drain.js'

// One backlog: the store and the number of commands in the arguments, the result as one line of JSON.
const [, , store, commands] = process.argv
mkdirSync(BENCH_ROOT, { recursive: true })
const directory = mkdtempSync(join(BENCH_ROOT, 'backlog-'))
try {
  const opened = store === 'sqlite' ? sqliteStore({ path: join(directory, 'bursar.db') }) : memoryStore()
  process.stdout.write(`${JSON.stringify(await drain(opened, Number(commands)))}\n`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
