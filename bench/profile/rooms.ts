/** A part of the library that a payment passes through, and the files that it is made of. */
interface Room {
  readonly name: string
  /** Paths from the project's root; the first room that fits has it. */
  readonly files: RegExp
  /** Where one file does the work of several rooms. */
  readonly functions?: RegExp
}

/** In the order of the report, which is about the order in which a payment sees them. */
const ROOMS: readonly Room[] = [
  { name: 'door: check, copy, fingerprint', files: /^lib\/(processor|money|observability)\// },
  {
    name: 'queue (p-queue)',
    files: /^node_modules\/p-queue\/|^node_modules\/eventemitter3\/|^lib\/queue\/(task-queue|fifo)\./
  },
  { name: 'lifecycle (xstate)', files: /^node_modules\/xstate\/|^lib\/queue\/lifecycle\./ },
  { name: 'ids (nanoid)', files: /^node_modules\/nanoid\// },
  { name: 'decide', files: /^lib\/domain\/(?!keyed-map)/ },
  { name: 'stage: order, views, groups, answers', files: /^lib\/queue\// },
  { name: 'encode', files: /^lib\/store\/(codec\.|json-writer\.|sqlite\/writing\/prepared-)/ },
  { name: 'hash chain', files: /^lib\/store\/chain\./ },
  {
    name: 'hand over to the writer',
    files: /^lib\/store\/sqlite\/writing\/(writer-(client|thread|protocol|failure)|bell|mailbox)\./
  },
  { name: 'commit and fsync', files: /^lib\/store\/sqlite\/writing\/writer\./, functions: /^(commit|#write|#?sync)$/ },
  {
    name: 'tables',
    files: /^lib\/store\/sqlite\/writing\/writer\./,
    functions: /^(.*Tables|#inTransaction|forgetKeys|tidy|)$/
  },
  {
    name: 'tables',
    files:
      /^lib\/store\/sqlite\/(writing\/table-|indexes\/(run-(writer|merge)|sorted-rows)\.|balances\/balance-writer\.)/
  },
  { name: 'insert into the journal', files: /^lib\/store\/sqlite\/(writing\/writer|database\/bulk-insert)\./ },
  { name: 'store: look up, keep', files: /^lib\// },
  { name: 'the callers themselves', files: /^bench\// }
]

const GARBAGE = 'garbage collection'
const ENGINE = 'promises, event loop, engine'

/** What a thread does while it has nothing to do; no payment's time. */
export const IDLE = 'idle'

export const ROOM_NAMES: readonly string[] = [...new Set([...ROOMS.map(room => room.name), ENGINE, GARBAGE, IDLE])]

/** A function as a profile names it. */
export interface CallFrame {
  readonly functionName: string
  readonly url: string
}

/**
 * The room that a function's own time belongs to. Functions of the engine, of Node.js and of other packages belong to
 * whoever called them: a lookup in a `Map` is part of what it is looked up for, and waiting for the disk part of the
 * commit.
 */
export function roomOf({ functionName, url }: CallFrame, caller: string | undefined, root: string): string {
  if (functionName === '(idle)') return IDLE
  if (functionName === '(garbage collector)') return GARBAGE
  const path = pathFrom(root, url)
  const room =
    path === undefined
      ? undefined
      : ROOMS.find(({ files, functions }) => files.test(path) && (functions?.test(functionName) ?? true))
  return room?.name ?? caller ?? ENGINE
}

/** Packages are looked up above the compiled project, so that they are not below its root. */
function pathFrom(root: string, url: string): string | undefined {
  const path = url.startsWith('file://') ? decodeURIComponent(new URL(url).pathname) : url
  const packages = path.lastIndexOf('/node_modules/')
  if (packages !== -1) return path.slice(packages + 1)
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined
}
