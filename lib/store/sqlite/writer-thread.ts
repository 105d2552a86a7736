import { parentPort } from 'node:worker_threads'
import { failureOf } from './writer-failure.js'
import type { Reply, Request } from './writer-protocol.js'
import { Writer } from './writer.js'

/** The thread that owns the writing side of one ledger file at a time: it waits for the disk, so that nobody else does. */

let writer: Writer | undefined

parentPort!.on('message', (request: Request) => {
  let reply: Reply
  try {
    reply = { value: answer(request) }
  } catch (error) {
    reply = { failure: failureOf(error) }
  }
  parentPort!.postMessage(reply)
})

function answer(request: Request): unknown {
  switch (request.type) {
    case 'open':
      writer = new Writer(request.path)
      return writer.head
    case 'commit':
      return writer!.commit(request.group)
    case 'applyTables':
      return writer!.applyTables(request.changes)
    case 'forgetKeys':
      return writer!.forgetKeys(request.query)
    case 'close': {
      const closing = writer
      writer = undefined
      return closing?.close()
    }
    default:
      return request satisfies never
  }
}
