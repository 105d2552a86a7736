import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createJob } from './job.js'
import { makePayments, measure } from './measure.js'
import { loadPeer } from './peers/load-peer.js'
import type { Peer } from './peers/peer.js'
import type { Trial, TrialResult } from './trial.js'
import { verifyBooks } from './verify-books.js'

/**
 * Runs one trial in this process: set up, warm up, measure, settle, verify. Rejects when the books are wrong. Files are
 * made in a new directory under `root`, which is removed whatever happens.
 */
export async function runTrial(trial: Trial, root: string, peer?: Peer): Promise<TrialResult> {
  mkdirSync(root, { recursive: true })
  const directory = mkdtempSync(join(root, 'trial-'))
  try {
    const job = createJob(trial, directory)
    const open = await (peer ?? (await loadPeer(trial.peer))).open(job)
    const { inFlight, warmUp, payments } = trial
    const warmed = await makePayments(open, { first: 0, payments: warmUp, inFlight })
    globalThis.gc?.()
    const measured = await measure(open, { first: warmUp, payments, inFlight })
    const approved = warmed.approved + measured.approved
    verifyBooks(job, approved, await open.settle())
    return { trial, ...measured, approved }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
