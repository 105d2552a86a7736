import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Bell } from './bell.js'
import { failureOf } from './writer-failure.js'
import type { Reply, Request, ThreadData } from './writer-protocol.js'
import { Writer } from './writer.js'

/** The thread that owns the writing side of one ledger file at a time: it waits for the disk, so that nobody else does. */

const { port, ...memory } = workerData as ThreadData
const requests = new Bell(memory.requests)
const replies = new Bell(memory.replies)
let writer: Writer | undefined

/**
 * How long the thread looks for the next request before it goes to sleep: waking it up costs about 50 µs, which a caller
 * who pays one by one would feel every time.
 */
const AWAKE_MS = 0.2

port.on('message', (request: Request) => {
  serve(request)
  let asleepAt = performance.now() + AWAKE_MS
  while (performance.now() < asleepAt) {
    if (!requests.hasRungSoon()) continue
    const next = receiveMessageOnPort(port) as { readonly message: Request } | undefined
    if (next === undefined) continue
    serve(next.message)
    asleepAt = performance.now() + AWAKE_MS
  }
})

function serve(request: Request): void {
  requests.heard()
  let reply: Reply
  try {
    reply = { value: answer(request) }
  } catch (error) {
    reply = { failure: failureOf(error) }
  }
  port.postMessage(reply)
  replies.ring()
}

function answer(request: Request): unknown {
  switch (request.type) {
    case 'open':
      writer = new Writer(request.path)
      return writer.head
    case 'commit':
      return writer!.commit(request.group)
    case 'beginTables':
      return writer!.beginTables(request.changes)
    case 'continueTables':
      return writer!.continueTables(request.pieces)
    case 'tidy':
      return writer!.tidy(request.pieces)
    case 'forgetKeys':
      return writer!.forgetKeys(request.query)
    case 'keepFilter':
      return writer!.keepFilter(request.filter)
    case 'close': {
      const closing = writer
      writer = undefined
      return closing?.close()
    }
    default:
      return request satisfies never
  }
}
