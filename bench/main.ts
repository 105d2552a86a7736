import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { COMPILED_ROOT, PROJECT_ROOT } from './bench-root.js'
import { compileTo } from './compile.js'
import { parseOptions, USAGE } from './options.js'
import { hasBinaries } from './postgres/binaries.js'
import { showProgress } from './progress.js'
import { drawChart } from './report/chart.js'
import { describeMachine, isDurable } from './report/machine.js'
import { formatReport, type Report } from './report/markdown.js'
import { replaceResults } from './report/page.js'
import { runPlan } from './run-plan.js'
import { spawnTrial } from './spawn-trial.js'
import { summarize } from './summary.js'

const PAGE = join(PROJECT_ROOT, 'docs', 'benchmarks.md')
const CHART = join(PROJECT_ROOT, 'docs', 'benchmarks.svg')

const options = parseOptions(process.argv.slice(2))
if (options.help) process.stdout.write(USAGE)
else await bench()

async function bench(): Promise<void> {
  const { repeats, write } = options
  // A page without markers is better found out now than after a quarter of an hour.
  if (write) replaceResults(readFileSync(PAGE, 'utf8'), '')
  const machine = describeMachine()
  if (!isDurable(machine))
    process.stderr.write(`Warning: ${machine.fileSystem} is not a disk; fsync costs nothing here.\n`)
  const trials = hasBinaries() ? options.trials : options.trials.filter(trial => !trial.peer.startsWith('postgres'))
  if (trials.length < options.trials.length)
    process.stderr.write('Warning: PostgreSQL does not run here; its peers are left out.\n')
  compileTo(COMPILED_ROOT)
  const [before] = loadavg()
  const progress = showProgress(trials.length * repeats)
  const results = await runPlan(trials, repeats, progress, trial => spawnTrial(COMPILED_ROOT, trial)).finally(() =>
    progress.stop()
  )
  const load = { before: before!, after: loadavg()[0]! }
  const report: Report = { machine, date: new Date(), repeats, load, rows: summarize(results) }
  const markdown = formatReport(report)
  process.stdout.write(`${markdown}\n`)
  if (write) writePage(markdown, report)
}

function writePage(markdown: string, report: Report): void {
  writeFileSync(PAGE, replaceResults(readFileSync(PAGE, 'utf8'), markdown))
  writeFileSync(CHART, drawChart(report.rows))
}
