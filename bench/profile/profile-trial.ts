import { PROJECT_ROOT } from '../bench-root.js'
import type { Measurement } from '../measure.js'
import { runTrial } from '../run-trial.js'
import type { Trial } from '../trial.js'
import { foldProfile, type RoomTimes } from './fold.js'
import { recordProfiles } from './record.js'

/** Where the time of one trial went. */
export interface TrialProfile {
  readonly trial: Trial
  /** Payments per second under the profiler, which slows it down. */
  readonly perSecond: number
  readonly threads: readonly { readonly thread: 'main' | 'writer'; readonly times: RoomTimes }[]
}

/** Runs a trial like any other, books verified, and profiles the part that would be measured. */
export async function profileTrial(trial: Trial, root: string): Promise<TrialProfile> {
  let threads: TrialProfile['threads'] = []
  const { perSecond } = await runTrial(trial, root, {
    async around(measured) {
      const results: Measurement[] = []
      const profiles = await recordProfiles(async () => void results.push(await measured()))
      threads = profiles.map(({ thread, profile }) => ({ thread, times: foldProfile(profile, PROJECT_ROOT) }))
      return results[0]!
    }
  })
  return { trial, perSecond, threads }
}
