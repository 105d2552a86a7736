import type { ProcessorEvents } from 'bursar'
import { manualClock, type ManualClock } from 'bursar/testing'
import { expect } from 'chai'
import fc from 'fast-check'
import { ClockReadings } from '../../lib/queue/clock-readings.js'
import { RecordedTime } from '../../lib/queue/recorded-time.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 1)

interface Opened {
  /** Recorded time in minutes from the start; something is recorded at it. */
  readonly record: () => number
  readonly time: RecordedTime
  /** What was emitted, in order. */
  readonly events: string[]
  /** What the ledger would find at the next opening. */
  readonly saved: () => string | undefined
}

/** Recorded time of a ledger whose last entry is an hour old at the most, unless something else is said. */
function openedWith(
  clock: ManualClock,
  { head = START, savedClock }: { head?: number; savedClock?: string | undefined } = {}
): Opened {
  const events: string[] = []
  let saved = savedClock
  let last = head
  const time = new RecordedTime({
    readings: new ClockReadings(clock, ({ method, found }) => events.push(`${method} ${found}`)),
    head: () => ({ sequence: 1, timestamp: last }),
    savedClock,
    save: text => (saved = text),
    events: {
      emit: (event, detail) => void events.push(described(event, detail))
    }
  })
  const record = () => since((last = time.now()))
  return { time, record, events, saved: () => saved }
}

function described(event: keyof ProcessorEvents, detail: object): string {
  const times = Object.values(detail).map(value => (value instanceof Date ? since(value) : (value as string)))
  return event === 'clock:jumped' ? `jumped ${times.join(' ')}` : times.reverse().join(' ')
}

/** A time as minutes from the start. */
function since(time: Date | number): number {
  return (Number(time) - START) / MINUTE
}

/** A ledger and its clock, over restarts. */
class Life {
  readonly clock = manualClock(START)
  readonly #earlier: string[] = []
  opened = openedWith(this.clock)
  #repair = (): void => undefined

  get events(): readonly string[] {
    return [...this.#earlier, ...this.opened.events]
  }

  take(what: string, ms: number): void {
    switch (what) {
      case 'passes':
        return this.clock.advance(ms)
      case 'sleeps':
        return this.clock.sleep(ms)
      case 'is set to':
        return this.clock.set(START + ms)
      case 'breaks':
        return void (this.#repair = this.clock.break(NaN))
      case 'is repaired':
        return this.#repair()
      case 'is confirmed':
        return this.opened.time.confirm()
      case 'is stopped until':
        return this.#reopen(() => this.clock.set(START + ms))
      case 'is reopened':
        return this.#reopen(() => undefined)
      default:
        throw new Error(`Expected a step, got ${what}`)
    }
  }

  #reopen(meanwhile: () => void): void {
    const { time, events, saved } = this.opened
    const head = time.now()
    this.#earlier.push(...events)
    meanwhile()
    this.opened = openedWith(this.clock, { head, savedClock: saved() })
  }
}

/** What happens to the clock, and what recorded time is then, in minutes from the start. */
const rows: readonly (readonly [title: string, steps: string, events?: readonly string[]])[] = [
  ['follows a clock that keeps time, however long', 'passes 5: 5; passes 1000000: 1000005'],
  ['follows a step of an hour', 'sleeps 60: 60; passes 1: 61'],
  ['goes on by elapsed time after a jump beyond an hour', 'passes 5: 5; sleeps 61: 5; passes 30: 35', ['jumped 5 66']],
  [
    'follows again when the clock comes back',
    'sleeps 86400: 0; passes 5: 5; is set to 6: 6; passes 1: 7',
    ['jumped 0 86400', 'returned 6']
  ],
  [
    'follows again when the jump is confirmed',
    'sleeps 120: 0; passes 5: 5; is confirmed: 125; passes 1: 126',
    ['jumped 0 120', 'confirmed 125']
  ],
  [
    'follows again when as much time has elapsed as the clock is ahead',
    'sleeps 120: 0; passes 119: 119; passes 1: 240; passes 1: 241',
    ['jumped 0 120', 'elapsed 240']
  ],
  [
    'takes a second jump for another one, which elapsed time has not covered',
    'sleeps 120: 0; passes 100: 100; sleeps 9000: 100; passes 9000: 9100; passes 120: 18340',
    ['jumped 0 120', 'jumped 100 9220', 'elapsed 18340']
  ],
  [
    'takes small steps for the jump that they add up to',
    'sleeps 50: 50; sleeps 50: 50; passes 10: 60; passes 35: 145',
    ['jumped 50 100', 'returned 145']
  ],
  [
    'follows small steps between which as much time elapses',
    'sleeps 50: 50; passes 50: 100; sleeps 50: 150; passes 50: 200; sleeps 50: 250'
  ],
  [
    'goes at half the pace of elapsed time while the clock is behind',
    'passes 10: 10; is set to 0: 10; passes 10: 15; passes 8: 19; passes 4: 22; passes 1: 23'
  ],
  [
    'follows at once when a clock that was set back for days is set right',
    'is set to -7200: 0; passes 600: 300; is set to 600: 600; passes 1: 601'
  ],
  [
    'takes a clock that was set back for the right one once as much time has elapsed',
    'is set to -600: 0; passes 600: 300; passes 300: 450; is set to 900: 450',
    ['jumped 450 900']
  ],
  [
    'goes on by elapsed time while the clock gives no reading',
    'passes 5: 5; breaks: 5; passes 90: 95; is repaired: 95; passes 1: 96',
    ['now NaN']
  ],
  [
    'does not believe a repaired clock that has jumped meanwhile',
    'breaks: 0; passes 5: 5; sleeps 600: 5; is repaired: 5; passes 1: 6',
    ['now NaN', 'jumped 5 605']
  ],
  [
    'keeps a jump unconfirmed over a restart, and counts the time that the process was stopped',
    'sleeps 86400: 0; passes 5: 5; is reopened: 5; passes 5: 10; is set to 10: 10',
    ['jumped 0 86400', 'jumped 5 86405', 'returned 10']
  ],
  [
    'is trusted over a restart when elapsed time covers the jump after it',
    'sleeps 120: 0; passes 70: 70; is reopened: 70; passes 49: 119; passes 1: 240',
    ['jumped 0 120', 'jumped 70 190', 'elapsed 240']
  ],
  [
    'counts a stop of up to a day as elapsed time while a jump is unconfirmed',
    'sleeps 120: 0; is stopped until 180: 60; is stopped until 240: 240',
    ['jumped 0 120', 'jumped 60 180', 'elapsed 240']
  ],
  [
    'does not count a stop that seems longer than a day while a jump is unconfirmed',
    'sleeps 120: 0; is stopped until 86400: 0; passes 5: 5; is set to 6: 6',
    ['jumped 0 120', 'jumped 0 86400', 'returned 6']
  ],
  [
    'is trusted at a restart that finds the clock come back',
    'sleeps 86400: 0; is stopped until 7200: 7200; passes 1: 7201',
    ['jumped 0 86400', 'returned 7200', 'jumped 0 7200']
  ],
  [
    'accepts at an opening what cannot be told from a long stop, and says so',
    'passes 5: 5; is stopped until 86400: 86400; passes 5: 86405',
    ['jumped 5 86400']
  ],
  ['says nothing of a stop of an hour', 'passes 5: 5; is stopped until 65: 65'],
  [
    'goes at half the pace from the last entry where an opening finds the clock behind it',
    'passes 600: 600; is stopped until 0: 600; passes 10: 605; passes 1190: 1200'
  ]
]

describe('Recorded time', () => {
  for (const [title, steps, events = []] of rows) {
    it(title, () => {
      const life = new Life()
      for (const step of steps.split('; ')) {
        const [, what, minutes, recorded] = /^([a-z ]+?) ?(-?\d+)?: (\d+)$/.exec(step)!
        life.take(what!, Number(minutes) * MINUTE)
        expect(life.opened.record(), step).to.equal(Number(recorded))
      }
      expect(life.events).to.deep.equal(events)
    })
  }

  it('never runs backwards and never runs away from elapsed time, whatever the clock does', () => {
    const step = fc.oneof(
      fc.tuple(fc.constant('advance' as const), fc.integer({ min: 0, max: 3 * HOUR })),
      fc.tuple(fc.constant('sleep' as const), fc.integer({ min: -400 * DAY, max: 400 * DAY })),
      fc.tuple(fc.constant('sleep' as const), fc.integer({ min: 0, max: HOUR }))
    )
    const property = fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const clock = manualClock(START)
      const { time, record } = openedWith(clock)
      let last = time.now()
      for (const [method, ms] of steps) {
        clock[method](ms)
        const now = time.now()
        expect(now).to.be.at.least(last)
        // An hour, what has elapsed, and as much again for each of: steps that were freed, jumps that were covered.
        expect(now - START).to.be.at.most(HOUR + 4 * clock.elapsed())
        record()
        last = now
      }
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('comes back with a clock that was a little ahead when nothing was recorded', () => {
    const clock = manualClock(START)
    const { time, record } = openedWith(clock)
    record()
    clock.set(START + 30 * MINUTE)
    expect(since(time.now())).to.equal(30)
    clock.set(START + MINUTE)
    expect(since(time.now())).to.equal(1)
  })

  it('survives a saved state that cannot be read', () => {
    for (const savedClock of ['', 'null', '{', '{"vouched":"yesterday"}', '7']) {
      const { time, events } = openedWith(manualClock(START), { savedClock })
      expect(since(time.now()), savedClock).to.equal(0)
      expect(events, savedClock).to.deep.equal([])
    }
  })
})
