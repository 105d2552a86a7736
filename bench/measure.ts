import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { OpenPeer } from './peers/peer.js'
import { percentile } from './statistics.js'
import type { TrialResult } from './trial.js'

/** A range of payments, numbered from `first`, and how many callers share them. */
export interface Run {
  readonly first: number
  readonly payments: number
  readonly inFlight: number
}

export type Measurement = Pick<TrialResult, 'seconds' | 'perSecond' | 'latencyMs' | 'loopDelayMs' | 'approved'>

const LOOP_TIMER_MS = 1

/** Makes the payments and times every one of them. */
export async function measure(peer: OpenPeer<unknown>, run: Run): Promise<Measurement> {
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_TIMER_MS })
  loopDelay.enable()
  await loopTurn()
  const started = performance.now()
  const { approved, latencies } = await makePayments(peer, run)
  const seconds = (performance.now() - started) / 1_000
  await loopTurn()
  loopDelay.disable()
  latencies.sort()
  return {
    seconds,
    perSecond: run.payments / seconds,
    latencyMs: {
      p50: percentile(latencies, 50),
      p99: percentile(latencies, 99),
      max: percentile(latencies, 100)
    },
    loopDelayMs: { p99: lateness(loopDelay.percentile(99)), max: lateness(loopDelay.max) },
    approved
  }
}

/** `inFlight` callers that each wait for one answer before they make the next payment. */
export async function makePayments(
  peer: OpenPeer<unknown>,
  run: Run
): Promise<{ readonly approved: number; readonly latencies: Float64Array }> {
  const latencies = new Float64Array(run.payments)
  let next = 0
  let approved = 0
  const caller = async (): Promise<void> => {
    while (next < run.payments) {
      const index = next++
      const payment = run.first + index
      const called = performance.now()
      const answer = await peer.pay(payment)
      latencies[index] = performance.now() - called
      if (peer.isApproved(answer, payment)) approved++
    }
  }
  await Promise.all(Array.from({ length: run.inFlight }, caller))
  return { approved, latencies }
}

/** Lets the monitor's timer fire once more, since a peer may have kept the loop busy from its first to its last payment. */
function loopTurn(): Promise<void> {
  return delay(2 * LOOP_TIMER_MS)
}

/** The monitor records the time from timer to timer, in nanoseconds; what exceeds the interval is the delay. */
function lateness(recorded: number): number {
  return Math.max(0, recorded / 1e6 - LOOP_TIMER_MS)
}
