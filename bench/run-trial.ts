import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createJob, type CleanUp, type Job } from './job.js'
import { makePayments, measure, type Measurement } from './measure.js'
import { loadPeer } from './peers/load-peer.js'
import type { Peer } from './peers/peer.js'
import type { Trial, TrialResult } from './trial.js'
import { verifyBooks } from './verify-books.js'

export interface RunTrialOptions {
  /** Instead of the peer that the trial names. */
  readonly peer?: Peer
  /** Ends the trial early; what it started is stopped and removed. */
  readonly signal?: AbortSignal
  /** Calls what is measured, and does something before and after, as a profiler does. */
  readonly around?: (measured: () => Promise<Measurement>) => Promise<Measurement>
}

/**
 * Runs one trial in this process: set up, warm up, measure, settle, verify. Rejects when the books are wrong. Files are
 * made in a new directory under `root`, which is removed whatever happens.
 */
export async function runTrial(trial: Trial, root: string, options: RunTrialOptions = {}): Promise<TrialResult> {
  mkdirSync(root, { recursive: true })
  const directory = mkdtempSync(join(root, 'trial-'))
  const cleanUps: CleanUp[] = []
  try {
    const job = createJob(trial, directory, cleanUp => cleanUps.push(cleanUp))
    return await Promise.race([perform(trial, job, options), interruptionBy(options.signal)])
  } finally {
    // One by one until there are none: what is interrupted while it starts may still add something.
    for (let next = cleanUps.pop(); next !== undefined; next = cleanUps.pop()) await next()
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function perform(trial: Trial, job: Job, { peer, around }: RunTrialOptions): Promise<TrialResult> {
  const open = await (peer ?? (await loadPeer(trial.peer))).open(job)
  const { inFlight, warmUp, payments } = trial
  const warmed = await makePayments(open, { first: 0, payments: warmUp, inFlight })
  globalThis.gc?.()
  const run = (): Promise<Measurement> => measure(open, { first: warmUp, payments, inFlight })
  const measured = await (around?.(run) ?? run())
  const approved = warmed.approved + measured.approved
  verifyBooks(job, approved, await open.settle())
  return { trial, ...measured, approved }
}

function interruptionBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason as Error)
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
