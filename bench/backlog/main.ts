import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PROJECT_ROOT } from '../bench-root.js'
import { formatMs, formatNumber, formatTable } from '../report/format.js'
import { NODE_ARGUMENTS } from '../spawn-trial.js'
import type { Drained } from './drain.js'

/** How many commands are queued at once. */
const LENGTHS = [25_000, 50_000, 100_000, 200_000]
const STORES = ['memory', 'sqlite']

// Each backlog in a process of its own, so that one does not inherit the memory of another.
const rows: string[][] = []
for (const store of STORES) {
  for (const length of LENGTHS) {
    process.stderr.write(`${store} ${length}\n`)
    const program = [join('bench', 'backlog', 'drain-process.ts'), store, String(length)]
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', ...NODE_ARGUMENTS, ...program], {
      cwd: PROJECT_ROOT
    })
    const { queuedMs, drainedMs, heapBytesPerCommand } = JSON.parse(stdout) as Drained
    rows.push([
      store,
      length.toLocaleString('en-US'),
      formatMs(queuedMs / length),
      formatMs(drainedMs / length),
      formatNumber(heapBytesPerCommand)
    ])
  }
}
process.stdout.write(
  `${formatTable(['store', 'queued at once', 'to queue one', 'to answer one', 'heap bytes each'], rows)}\n`
)
