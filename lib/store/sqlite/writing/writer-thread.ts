import { receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Bell } from './bell.js'
import { Mailbox } from './mailbox.js'
import { failureOf } from './writer-failure.js'
import { WAKE_UP, type Reply, type Request, type ThreadData } from './writer-protocol.js'
import { Writer } from './writer.js'
import { monotonicMs } from '../../../timers.js'

/** The thread that owns the writing side of one ledger file at a time: it waits for the disk, so that nobody else does. */

const { port, ...memory } = workerData as ThreadData
const requests = new Bell(memory.requests)
const replies = new Bell(memory.replies)
const mailbox = new Mailbox(memory.mailbox)
let writer: Writer | undefined

/**
 * How long the thread looks for the next request before it goes to sleep: waking it up costs about 50 µs, which a caller
 * who pays one by one would feel every time.
 */
const AWAKE_MS = 0.2

port.on('message', (message: Message) => {
  requests.wakeUp()
  receive(message)
  let asleepAt = monotonicMs() + AWAKE_MS
  while (monotonicMs() < asleepAt || !requests.fallAsleep()) {
    if (!requests.hasRungSoon()) continue
    if (!serveMailbox()) {
      const next = receiveMessageOnPort(port) as { readonly message: Message } | undefined
      if (next === undefined) continue
      receive(next.message)
    }
    asleepAt = monotonicMs() + AWAKE_MS
  }
})

type Message = Request | typeof WAKE_UP

/** What is in the mailbox was sent before anything that is at the port. */
function receive(message: Message): void {
  serveMailbox()
  if (message === WAKE_UP) return
  requests.heard()
  post(replyTo(message))
}

function serveMailbox(): boolean {
  const group = mailbox.take()
  if (group === undefined) return false
  requests.heard()
  const reply = replyTo({ type: 'commit', group })
  if ('failure' in reply) post(reply)
  else {
    mailbox.putDone()
    if (!replies.ring()) port.postMessage(WAKE_UP)
  }
  return true
}

function post(reply: Reply): void {
  port.postMessage(reply)
  replies.ring()
}

function replyTo(request: Request): Reply {
  try {
    return { value: answer(request) }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

function answer(request: Request): unknown {
  switch (request.type) {
    case 'open':
      writer = new Writer(request.path, request)
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
    case 'watch':
      return writer!.watch()
    case 'close': {
      const closing = writer
      writer = undefined
      return closing?.close()
    }
    default:
      return request satisfies never
  }
}
