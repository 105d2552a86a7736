/** How the payments are spread over accounts: evenly over 10,000 of them, or all from one. */
export type AccountPattern = 'uniform' | 'hot'

/** One measurement, as data; it runs in a process of its own. */
export interface Trial {
  /** `<peer>/<pattern>/<inFlight>`, unique in a run. */
  readonly name: string
  /** The file in `bench/peers` that does the job. */
  readonly peer: string
  readonly accounts: AccountPattern
  /** Callers; each waits for the answer to its payment before it makes the next one. */
  readonly inFlight: number
  /** Payments that are measured. */
  readonly payments: number
  /** Payments made before the clock starts, so that the code is compiled and the files exist. */
  readonly warmUp: number
}

/** What a trial prints, as one line of JSON. */
export interface TrialResult {
  readonly trial: Trial
  readonly seconds: number
  readonly perSecond: number
  /** From the call to the answer, milliseconds. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
  /** How late the event loop was for a timer, milliseconds. */
  readonly loopDelayMs: { readonly p99: number; readonly max: number }
  /** Approved payments, warm-up included, checked against the ledger itself where the peer keeps one. */
  readonly approved: number
}
