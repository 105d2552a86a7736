import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DECLINES } from 'bursar'
import { expect } from 'chai'
import { REPOSITORY } from '../packaging/installed-package.js'

const page = readFileSync(join(REPOSITORY, 'docs/reference/errors.md'), 'utf8')

/** The rows of the table of commands: a command in `PascalCase`, and its codes in order. */
function documentedDeclines(): Readonly<Record<string, readonly string[]>> {
  const rows = [...page.matchAll(/^\| `([A-Z]\w+)` +\| ((?:`[a-z_]+`(?:, )?)+|none) +\|$/gm)]
  return Object.fromEntries(
    rows.map(([, command, codes]) => [command!, [...codes!.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code!)])
  )
}

describe('the table of commands in docs/reference/errors.md', () => {
  it('has every command with its codes, in the order in which they are checked', () => {
    expect(documentedDeclines()).to.deep.equal(DECLINES)
  })
})
