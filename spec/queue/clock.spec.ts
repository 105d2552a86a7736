import { expect } from 'chai'
import { ClockGuard } from '../../lib/queue/clock.js'

const HOUR_MS = 3_600_000

interface Step {
  /** What the clock moves by, and how much time passes in truth. */
  readonly clockMs: number
  readonly elapsedMs: number
  readonly isTrusted: boolean
}

describe('The guard against a clock that jumps', () => {
  const rows: readonly (readonly [title: string, steps: readonly Step[], jumpCount: number])[] = [
    ['trusts a clock that stands still', [{ clockMs: 0, elapsedMs: 0, isTrusted: true }], 0],
    [
      'trusts a clock that keeps time, however long',
      [{ clockMs: 900 * HOUR_MS, elapsedMs: 900 * HOUR_MS, isTrusted: true }],
      0
    ],
    ['trusts a clock that is set forwards by an hour', [{ clockMs: HOUR_MS, elapsedMs: 0, isTrusted: true }], 0],
    ['trusts a clock that is set backwards', [{ clockMs: -900 * HOUR_MS, elapsedMs: 0, isTrusted: true }], 0],
    ['does not trust a jump beyond an hour', [{ clockMs: HOUR_MS + 1, elapsedMs: 0, isTrusted: false }], 1],
    [
      'tells of a jump once, however often it is asked',
      [
        { clockMs: 2 * HOUR_MS, elapsedMs: 0, isTrusted: false },
        { clockMs: 1, elapsedMs: 1, isTrusted: false },
        { clockMs: HOUR_MS, elapsedMs: 0, isTrusted: false }
      ],
      1
    ],
    [
      'trusts again when elapsed time has caught up with the jump',
      [
        { clockMs: 3 * HOUR_MS, elapsedMs: 0, isTrusted: false },
        { clockMs: 0, elapsedMs: 2 * HOUR_MS - 1, isTrusted: false },
        { clockMs: 0, elapsedMs: 1, isTrusted: true }
      ],
      1
    ],
    [
      'trusts again when the clock is set right',
      [
        { clockMs: 3 * HOUR_MS, elapsedMs: 0, isTrusted: false },
        { clockMs: -3 * HOUR_MS, elapsedMs: 0, isTrusted: true }
      ],
      1
    ],
    [
      'tells of a second jump after the first is over',
      [
        { clockMs: 3 * HOUR_MS, elapsedMs: 0, isTrusted: false },
        { clockMs: -3 * HOUR_MS, elapsedMs: 0, isTrusted: true },
        { clockMs: 3 * HOUR_MS, elapsedMs: 0, isTrusted: false }
      ],
      2
    ]
  ]

  for (const [title, steps, jumpCount] of rows) {
    it(title, () => {
      const time = { now: 0, elapsed: 0 }
      const jumps: unknown[] = []
      const guard = new ClockGuard({ now: () => time.now, elapsed: () => time.elapsed }, jump => jumps.push(jump))
      for (const [index, { clockMs, elapsedMs, isTrusted }] of steps.entries()) {
        time.now += clockMs
        time.elapsed += elapsedMs
        expect(guard.isTrusted(), `step ${index + 1}`).to.equal(isTrusted)
      }
      expect(jumps).to.have.length(jumpCount)
    })
  }

  it('tells from where to where the clock has jumped, and trusts it once that is confirmed', () => {
    const time = { now: 5, elapsed: 0 }
    const jumps: unknown[] = []
    const guard = new ClockGuard({ now: () => time.now, elapsed: () => time.elapsed }, jump => jumps.push(jump))
    time.now = 2 * HOUR_MS
    time.elapsed = 10
    expect(guard.isTrusted()).to.equal(false)
    expect(jumps).to.deep.equal([{ from: new Date(15), to: new Date(2 * HOUR_MS) }])
    guard.confirm()
    expect(guard.isTrusted()).to.equal(true)
  })
})
