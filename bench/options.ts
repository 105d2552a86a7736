import { parseArgs } from 'node:util'
import { FULL_PLAN, QUICK_PLAN, trialsOf } from './trials.js'
import type { Trial } from './trial.js'

export const USAGE = `Usage: npm run bench -- [options]

  --quick          the trials that targets need, and some more, shorter, two runs each: under two minutes
  --only <text>    trials whose name contains the text, such as bursar-sqlite/uniform/1000 or /hot/
  --repeats <n>    runs of every trial, 1 to 99
  --write          write docs/benchmarks.md and docs/benchmarks.svg; a whole run does so without being asked
  --help           print this
`

export interface BenchOptions {
  readonly trials: readonly Trial[]
  readonly repeats: number
  readonly write: boolean
  readonly help: boolean
}

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      repeats: { type: 'string' },
      write: { type: 'boolean' },
      help: { type: 'boolean', default: false }
    }
  })
  const plan = values.quick ? QUICK_PLAN : FULL_PLAN
  const trials = trialsOf(plan).filter(trial => trial.name.includes(values.only ?? ''))
  if (trials.length === 0) throw new RangeError(`Expected --only to match a trial, got ${JSON.stringify(values.only)}.`)
  const isWhole = !values.quick && values.only === undefined
  return {
    trials,
    repeats: parseRepeats(values.repeats, plan.repeats),
    write: values.write ?? isWhole,
    help: values.help
  }
}

function parseRepeats(text: string | undefined, planned: number): number {
  if (text === undefined) return planned
  if (!/^[1-9]\d?$/.test(text)) throw new RangeError(`Expected --repeats from 1 to 99, got ${JSON.stringify(text)}.`)
  return Number(text)
}
