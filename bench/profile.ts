import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COMPILED_ROOT, PROJECT_ROOT } from './bench-root.js'
import { compileTo } from './compile.js'
import type { TrialProfile } from './profile/profile-trial.js'
import { formatProfiles } from './profile/table.js'
import { formatNumber } from './report/format.js'
import { describeMachine } from './report/machine.js'
import { replaceResults } from './report/page.js'
import { spawnTrial } from './spawn-trial.js'
import type { Trial } from './trial.js'

/** Says where the time of a payment goes, and writes it into the page about it. `--print` leaves the page alone. */

const PAGE = join(PROJECT_ROOT, 'docs', 'explanation', 'where-the-time-goes.md')
const TITLES: { readonly [peer: string]: string } = { 'bursar-memory': 'memoryStore', 'bursar-sqlite': 'sqliteStore' }
const PROGRAM = join('profile', 'profile-process.js')
const LOADS = [
  { inFlight: 1_000, payments: 80_000, warmUp: 20_000 },
  { inFlight: 1, payments: 8_000, warmUp: 5_000 }
]

const page = readFileSync(PAGE, 'utf8')
replaceResults(page, '')
compileTo(COMPILED_ROOT)
const sections: string[] = []
for (const load of LOADS) sections.push(await profileLoad(load))
const { processor, versions, commit } = describeMachine()
const provenance = `${processor}; ${versions}; commit ${commit}; ${new Date().toISOString().slice(0, 10)}.`
const results = [provenance, ...sections].join('\n\n')
if (process.argv.includes('--print')) process.stdout.write(`${results}\n`)
else writeFileSync(PAGE, replaceResults(page, results))

async function profileLoad(load: Pick<Trial, 'inFlight' | 'payments' | 'warmUp'>): Promise<string> {
  const profiles: TrialProfile[] = []
  for (const peer of Object.keys(TITLES)) {
    const name = `${peer}/uniform/${load.inFlight}`
    const trial: Trial = { ...load, name, peer, accounts: 'uniform' }
    profiles.push(await spawnTrial<TrialProfile>(COMPILED_ROOT, trial, PROGRAM))
  }
  const speeds = profiles.map(({ trial, perSecond }) => `${TITLES[trial.peer]} ${formatNumber(perSecond)}`).join(', ')
  return [
    `### ${formatNumber(load.inFlight)} in flight`,
    `Payments per second under the profiler: ${speeds}.`,
    formatProfiles(profiles, peer => TITLES[peer]!)
  ].join('\n\n')
}
