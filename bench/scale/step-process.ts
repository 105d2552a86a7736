import { STEPS, type StepName, type StepOptions } from './steps.js'

// One step by its name in the first argument, with options as JSON in the second; prints one line of JSON.
const [, , name, options] = process.argv
if (name === undefined || options === undefined || !(name in STEPS)) {
  throw new TypeError(`Expected one of ${Object.keys(STEPS).join(', ')} and its options as JSON, got ${name}.`)
}
process.stdout.write(`${JSON.stringify(await STEPS[name as StepName](JSON.parse(options) as StepOptions))}\n`)
