import { mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { median } from '../statistics.js'
import { atRest } from './at-rest.js'
import { buildLedger, type BuildStep } from './build.js'
import { openLedger } from './open-ledger.js'
import type { ScaleOptions } from './options.js'
import { stepRunner, type StepOptions, type StepRunner } from './steps.js'
import type { Served } from './serve.js'
import type { Verified } from './verify.js'
import type { ScaleMeasures } from './verdicts.js'

/** Measured payments of one load: enough for a second or two, and few beside what is in the ledger. */
const LOAD_MAX = 50_000
const LOAD_SHARE = 0.1
/** Loads on the large file and on an empty one, in turn, so that a slow minute of the machine hits both. */
const ROUNDS = 3

export interface ScaleReport {
  readonly measures: ScaleMeasures
  readonly verification: Verified
  /** Of this process, which built the ledger. */
  readonly buildPeakRssMb: number
}

/** Builds the ledger as far as it is missing, then measures it. */
export async function runScale(
  given: ScaleOptions,
  show: { building(step: BuildStep): void; stage(what: string): void }
): Promise<ScaleReport> {
  const runStep = stepRunner()
  const path = resolve(given.path)
  const options: StepOptions = { ...given, path, load: Math.min(LOAD_MAX, Math.ceil(given.transactions * LOAD_SHARE)) }
  mkdirSync(dirname(path), { recursive: true })
  const processor = await openLedger(path)
  try {
    await buildLedger(processor, options, show.building)
    show.stage('waiting for the indexes to be at rest')
    await atRest(path)
  } finally {
    await processor.close()
  }
  const buildPeakRssMb = process.resourceUsage().maxRSS / 1_024
  const transactions = await countTransactions(path)
  const { size: fileBytes } = statSync(path)

  show.stage('measuring throughput')
  const { large, few, empty, unpaid } = await serveInTurn(runStep, options)
  show.stage('measuring age')
  const latencies = await runStep('age', options)
  show.stage('verifying')
  const verification = await runStep('verify', options)
  const measures: ScaleMeasures = {
    fileBytes,
    transactions,
    openToFirstPaymentMs: median(large.map(served => served.openToFirstPaymentMs)),
    openedRssMb: Math.max(...large.map(served => served.openedRssMb)),
    servedRssMb: Math.max(...large.map(served => served.servedRssMb)),
    perSecond: median(large.map(served => served.perSecond)),
    fewPerSecond: median(few.map(served => served.perSecond)),
    emptyPerSecond: median(empty.map(served => served.perSecond)),
    unpaidPerSecond: unpaid.perSecond,
    ...latencies,
    verified: verification.ok
  }
  return { measures, verification, buildPeakRssMb }
}

async function countTransactions(path: string): Promise<number> {
  await using processor = await openLedger(path)
  return await processor.getTransactionCount()
}

async function serveInTurn(
  runStep: StepRunner,
  options: StepOptions
): Promise<{ large: readonly Served[]; few: readonly Served[]; empty: readonly Served[]; unpaid: Served }> {
  const large: Served[] = []
  const few: Served[] = []
  const empty: Served[] = []
  for (let round = 0; round < ROUNDS; round++) {
    large.push(await runStep('serve', options))
    few.push(await runStep('serveFew', options))
    empty.push(await inNewFile(options, newFile => runStep('serveEmpty', newFile)))
  }
  // Once, since opening all the accounts takes a minute.
  const unpaid = await inNewFile(options, newFile => runStep('serveUnpaid', newFile))
  return { large, few, empty, unpaid }
}

async function inNewFile<T>(options: StepOptions, run: (options: StepOptions) => Promise<T>): Promise<T> {
  const path = `${options.path}-empty`
  removeLedger(path)
  try {
    return await run({ ...options, path })
  } finally {
    removeLedger(path)
  }
}

function removeLedger(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-lock']) rmSync(`${path}${suffix}`, { force: true })
}
