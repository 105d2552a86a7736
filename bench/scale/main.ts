import { showProgress } from '../../lib/cli/progress.js'
import { formatNumber } from '../report/format.js'
import { buildLength } from './build.js'
import { parseScaleOptions, USAGE, type ScaleOptions } from './options.js'
import { runScale } from './run-scale.js'
import { formatVerdicts, verdictsOf } from './verdicts.js'

const options = parseScaleOptions(process.argv.slice(2))
if (options === 'help') process.stdout.write(USAGE)
else await scale(options)

async function scale(options: ScaleOptions): Promise<void> {
  // On standard error, so that the table can be redirected.
  const progress = showProgress({ total: buildLength(options), stream: process.stderr })
  const started = performance.now()
  const seconds = () => Math.round((performance.now() - started) / 1_000)
  const { measures, verification, buildPeakRssMb } = await runScale(options, {
    building: ({ done, phase }) =>
      progress.update(done, `${phase}, ${seconds()} s, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB`),
    stage: what => {
      progress.stop()
      process.stderr.write(`${what}, ${seconds()} s\n`)
    }
  }).finally(() => progress.stop())
  const verdicts = verdictsOf(measures)
  process.stdout.write(
    `${options.path}: ${measures.transactions} transactions, ${measures.fileBytes} bytes\n` +
      `built with at most ${formatNumber(buildPeakRssMb)} MB; verified ${verification.entries} entries in ` +
      `${formatNumber(verification.seconds)} s with at most ${formatNumber(verification.peakRssMb)} MB\n\n` +
      `${formatVerdicts(verdicts)}\n`
  )
  if (verdicts.some(({ isMet }) => !isMet)) process.exitCode = 1
}
