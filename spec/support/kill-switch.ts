import { existsSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { isMainThread, MessagePort } from 'node:worker_threads'
import type { Database, Statement, Value } from '../../lib/store/sqlite/database/driver.js'
import { Mailbox } from '../../lib/store/sqlite/writing/mailbox.js'
import { WriterClient } from '../../lib/store/sqlite/writing/writer-client.js'
import type { Request } from '../../lib/store/sqlite/writing/writer-protocol.js'

/**
 * Loaded with `--import` into a process that is to be killed, before its program and in each of its threads. It watches
 * what the ledger does step by step and ends the process with SIGKILL at a chosen step, so that a spec can stop it at a
 * line that no outside signal would hit twice.
 *
 * Steps are texts: `send <type>` (to the writer thread), `reply` (from it), and for each statement `before <SQL>` and
 * `after <SQL>`. The end of a transaction is told as `COMMIT of journal`, of `tables`, or of `progress` where the tables
 * have come to the end of a step, by what was written in it.
 * The process dies at the step number `nth` that contains `step`, counted from when the file `armedBy` is there.
 */
const { step, nth, armedBy } = JSON.parse(process.env['KILL_SWITCH']!) as {
  readonly step: string
  readonly nth: number
  readonly armedBy?: string
}
let seen = 0

function pass(text: string): void {
  const counts = text.includes(step) && (armedBy === undefined || existsSync(armedBy))
  if (counts && ++seen === nth) process.kill(process.pid, 'SIGKILL')
}

const require = createRequire(import.meta.url)
const name = isBuiltin('node:sqlite') ? 'node:sqlite' : '@photostructure/sqlite'
const { DatabaseSync } = require(name) as { readonly DatabaseSync: new (path: string) => Database }
/** What the open transaction has written to. */
let written = ''

class WatchedDatabase extends DatabaseSync {
  override exec(sql: string): void {
    around(sql, () => super.exec(sql))
  }

  override prepare(sql: string): Statement {
    const statement = super.prepare(sql)
    for (const method of ['run', 'get', 'all'] as const) {
      const call = statement[method].bind(statement) as (...values: Value[]) => unknown
      Object.defineProperty(statement, method, { value: (...values: Value[]) => around(sql, () => call(...values)) })
    }
    return statement
  }
}

if (isBuiltin(name)) Object.defineProperty(require(name), 'DatabaseSync', { value: WatchedDatabase })
else require.cache[require.resolve(name)]!.exports = { DatabaseSync: WatchedDatabase }

function around<T>(sql: string, work: () => T): T {
  if (/^\s*BEGIN\b/.test(sql)) written = ''
  else if (/\bINTO journal\b/.test(sql)) written = 'journal'
  else if (/\b(INTO|UPDATE) (accounts|chunks)\b/.test(sql)) written = 'tables'
  else if (/\bUPDATE progress SET tables_through\b/.test(sql)) written = 'progress'
  const text = sql.trim().replace(/^COMMIT\b/, `COMMIT of ${written}`)
  pass(`before ${text}`)
  const result = work()
  pass(`after ${text}`)
  return result
}

const { ask } = WriterClient.prototype
WriterClient.prototype.ask = function <T>(this: WriterClient, request: Request) {
  pass(`send ${request.type}`)
  return ask.call(this, request) as Promise<T>
}

const { putDone } = Mailbox.prototype
Mailbox.prototype.putDone = function (this: Mailbox) {
  pass('reply')
  putDone.call(this)
}

const { postMessage } = MessagePort.prototype
// Node's own threads talk through ports as well: only the ledger's replies are steps.
MessagePort.prototype.postMessage = function (this: MessagePort, message: unknown, ...rest: []) {
  if (!isMainThread && message !== null && typeof message === 'object' && 'value' in message) pass('reply')
  postMessage.call(this, message, ...rest)
}
