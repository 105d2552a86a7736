import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { COMPILED_ROOT, PROJECT_ROOT } from '../bench-root.js'
import { compileTo } from '../compile.js'
import { formatMs, formatNumber, formatTable } from '../report/format.js'
import type { Drained } from './drain.js'

/** How many commands are queued at once. */
const LENGTHS = [25_000, 50_000, 100_000, 200_000]
const STORES = ['memory', 'sqlite']

compileTo(COMPILED_ROOT)
// Each backlog in a process of its own, so that one does not inherit the memory of another.
const rows: string[][] = []
for (const store of STORES) {
  for (const length of LENGTHS) {
    process.stderr.write(`${store} ${length}\n`)
    const program = [join(COMPILED_ROOT, 'bench', 'backlog', 'drain-process.js'), store, String(length)]
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--no-warnings', ...program], {
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
