import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { COMMANDS } from '../../lib/cli/commands.js'
import { EXIT } from '../../lib/cli/exit-code.js'
import { GENERAL_OPTIONS } from '../../lib/cli/help.js'
import { REPOSITORY } from '../packaging/installed-package.js'

describe('docs/reference/command-line.md', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/reference/command-line.md'), 'utf8')

  for (const { name, positionals, options } of COMMANDS) {
    it(`has ${name} with its arguments and options`, () => {
      const usage = ['bursar', name, ...positionals.map(positional => `<${positional}>`)].join(' ')
      expect(page).to.contain(`| \`${usage}\` `)
      const group = name.split(' ')[0]!
      for (const option of options) {
        const shown = option.value === undefined ? option.name : `${option.name} ${option.value}`
        // A command with many options has a section of its own for them.
        const ofCommand = new RegExp(`^\\| \`--${shown}\` +\\|[^|]*\`${group}\``, 'm')
        const inSection = new RegExp(`^## \`${group}\`$(?:(?!^## )[^])*^\\| \`--${shown}\` +\\|`, 'm')
        expect(ofCommand.test(page) || inSection.test(page), shown).to.equal(true)
      }
    })
  }

  it('names no option that no command has', () => {
    const known = [...GENERAL_OPTIONS, ...COMMANDS.flatMap(({ options }) => options)].map(({ name }) => name)
    const named = [...page.matchAll(/^\| `--([a-z-]+)/gm)].map(([, name]) => name!)
    expect(named).not.to.be.empty
    expect(named.filter(name => !known.includes(name))).to.deep.equal([])
    for (const { name } of GENERAL_OPTIONS) expect(named).to.contain(name)
  })

  it('explains every exit code', () => {
    for (const code of Object.values(EXIT)) expect(page).to.match(new RegExp(`^\\| \`${code}\` `, 'm'))
  })
})
