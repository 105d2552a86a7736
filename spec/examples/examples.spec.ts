import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { REPOSITORY } from '../packaging/installed-package.js'
import { runProgram } from '../packaging/run-program.js'

const EXAMPLES = readdirSync(join(REPOSITORY, 'examples')).filter(name => /^\d\d-/.test(name))
const FROM_SOURCE = ['--import', './register.mjs', '-C', 'bursar:source', '--no-warnings']

describe('examples', function () {
  // Each runs in a process of its own, which compiles what it imports.
  this.timeout(60_000)

  it('are there', () => {
    expect(EXAMPLES).not.to.be.empty
  })

  it('are all listed, in order', () => {
    const listed = readFileSync(join(REPOSITORY, 'examples/README.md'), 'utf8').matchAll(/\]\((\d\d-[^/)]+)\/?\)/g)
    expect([...listed].map(([, name]) => name)).to.deep.equal([...EXAMPLES].sort())
  })

  for (const name of EXAMPLES) {
    it(`${name} prints what is committed beside it`, () => {
      const finished = runProgram([...FROM_SOURCE, `examples/${name}/main.ts`], { cwd: REPOSITORY })
      const expected = readFileSync(join(REPOSITORY, 'examples', name, 'expected.txt'), 'utf8')
      expect(finished).to.deep.equal({ status: 0, stdout: expected, stderr: '' })
    })
  }
})
