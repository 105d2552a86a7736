import { PassThrough } from 'node:stream'
import { expect } from 'chai'
import { showProgress, timeLeft } from '../../lib/cli/progress.js'

/** Stands for stderr and keeps what was written. */
function stream(isTTY: boolean) {
  return Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 80 })
}

describe('showProgress', () => {
  it('writes a line for every tenth of the way where there is no terminal', () => {
    const output = stream(false)
    const progress = showProgress({ total: 200, stream: output })
    for (let done = 1; done <= 200; done += 1) progress.update(done, `${done} lines`)
    progress.stop()
    const lines = String(output.read()).trimEnd().split('\n')
    expect(lines).to.have.lengthOf(10)
    expect(lines[0]).to.equal('10% 20 lines')
    expect(lines.at(-1)).to.equal('100% 200 lines')
  })

  it('draws a bar on a terminal', () => {
    const output = stream(true)
    const progress = showProgress({ total: 200, stream: output })
    progress.update(50, '50 lines')
    progress.stop()
    expect(String(output.read())).to.include('25% 50 lines')
  })

  it('says nothing about a length that nobody knows', () => {
    const output = stream(false)
    const progress = showProgress({ total: 0, stream: output })
    progress.update(5, '5 lines')
    progress.stop()
    expect(output.read()).to.equal(null)
  })
})

describe('the time that a job has left', () => {
  for (const [done, total, elapsedMs, said] of [
    [250, 1_000, 3_000, 'about 9 s left'],
    [1_000, 1_000_000, 2_000, 'about 34 min left'],
    [1, 4_000, 2_000, 'about 2 h 14 min left'],
    [500, 1_000, 1_999, ''],
    [0, 1_000, 5_000, ''],
    [1_000, 1_000, 5_000, '']
  ] as const) {
    it(`is ${said || 'unknown'} after ${done} of ${total} in ${elapsedMs} ms`, () => {
      expect(timeLeft({ done, total, elapsedMs })).to.equal(said)
    })
  }
})
