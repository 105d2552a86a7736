import type { Trial, TrialResult } from './trial.js'

export interface Progress {
  /** Called before every trial, with how many of all have ended. */
  starting(trial: Trial, done: number, total: number): void
}

/**
 * Runs every trial once, then every trial again, so that a slow minute of the machine hits all peers alike; every other
 * round backwards, so that none of them is always the first. One trial at a time.
 */
export async function runPlan(
  trials: readonly Trial[],
  repeats: number,
  progress: Progress,
  run: (trial: Trial) => Promise<TrialResult>
): Promise<readonly TrialResult[]> {
  const results: TrialResult[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const trial of repeat % 2 === 0 ? trials : trials.toReversed()) {
      progress.starting(trial, results.length, trials.length * repeats)
      results.push(await run(trial))
    }
  }
  return results
}
