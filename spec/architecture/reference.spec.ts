import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { DECLINE_CODES } from 'bursar'
import ts from 'typescript'
import { ROOT, nodesOf, sourcesIn } from './sources.js'

const REFERENCE = 'docs/reference/errors.md'

/** The names that the root barrel exports. */
function exportedNames(): readonly string[] {
  return sourcesIn('lib')
    .filter(source => source.path === 'lib/index.ts')
    .flatMap(source => nodesOf(source.tree))
    .filter(node => ts.isExportSpecifier(node))
    .map(node => node.name.text)
}

/** The `code` of every exported error class, as its source spells it. */
function exportedErrorCodes(): ReadonlyMap<string, string> {
  const exported = exportedNames()
  const codes = new Map<string, string>()
  for (const node of sourcesIn('lib').flatMap(source => nodesOf(source.tree))) {
    if (!ts.isClassDeclaration(node) || node.name === undefined || !exported.includes(node.name.text)) continue
    const code = node.members
      .filter(member => ts.isPropertyDeclaration(member))
      .find(member => member.name.getText() === 'code')?.initializer
    if (code !== undefined && ts.isStringLiteral(code)) codes.set(node.name.text, code.text)
  }
  return codes
}

function isNamedIn(text: string, code: string): boolean {
  return new RegExp(`(?<![\\w-])${code}(?![\\w-])`).test(text)
}

describe('the reference of errors and declines', () => {
  const text = () => readFileSync(join(ROOT, REFERENCE), 'utf8')

  it('knows a code for every exported error class', () => {
    const classes = exportedNames().filter(name => name.endsWith('Error') && name !== 'BursarError')
    expect([...exportedErrorCodes().keys()]).to.have.members(classes)
    expect(classes).to.not.be.empty
  })

  it('has no two error classes with one code', () => {
    const codes = [...exportedErrorCodes().values()]
    expect(new Set(codes).size).to.equal(codes.length)
  })

  it('explains every decline code', () => {
    const page = text()
    expect(DECLINE_CODES.filter(code => !isNamedIn(page, code))).to.deep.equal([])
  })

  it('explains every error, by its class and by its code', () => {
    const page = text()
    const missing = [...exportedErrorCodes()].flat().filter(name => !isNamedIn(page, name))
    expect(missing).to.deep.equal([])
  })

  it('explains no code that does not exist', () => {
    const known = [...exportedErrorCodes().values()]
    const unknown = [...text().matchAll(/ERR_[A-Z_]+/g)].map(match => match[0]).filter(code => !known.includes(code))
    expect(unknown).to.deep.equal([])
  })

  it('does not take a code for explained because a longer one contains it', () => {
    expect(isNamedIn('`payee_insufficient_funds`', 'insufficient_funds')).to.equal(false)
    expect(isNamedIn('`insufficient_funds`', 'insufficient_funds')).to.equal(true)
  })
})
