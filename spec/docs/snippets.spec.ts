import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { expect } from 'chai'
import { compile } from '../packaging/compile.js'
import { installedPackage } from '../packaging/installed-package.js'
import { runProgram } from '../packaging/run-program.js'
import { pages, snippetsOf, type Snippet } from './markdown.js'

const LANGUAGES = ['js', 'ts', 'sh', 'sql', 'text', 'json']

interface Prepared {
  readonly directory: string
  readonly source: string
}

describe('the programs in the documentation', function () {
  // Building the package and compiling the snippets take as long as the compiler needs on a busy machine.
  this.timeout(120_000)
  const snippets = pages().flatMap(snippetsOf)
  const programs = snippets.filter(({ language }) => language === 'js' || language === 'ts')
  const prepared = new Map<Snippet, Prepared>()
  let complaints: readonly string[] = []

  before(() => {
    const installed = installedPackage()
    for (const snippet of programs) {
      const directory = installed.newDirectory()
      const source = join(directory, snippet.language === 'ts' ? 'program.ts' : 'program.js')
      writeFileSync(source, snippet.body)
      prepared.set(snippet, { directory, source })
    }
    complaints = compile([...prepared.values()].map(({ source }) => source).filter(source => source.endsWith('.ts')))
  })

  it('are there', () => {
    expect(programs).not.to.be.empty
  })

  it('are marked as what they are', () => {
    expect(snippets.filter(({ language }) => !LANGUAGES.includes(language)).map(({ place }) => place)).to.deep.equal([])
  })

  for (const snippet of programs) {
    it(`${snippet.place} does what the page says`, () => {
      const { directory, source } = prepared.get(snippet)!
      expect(complaints.filter(complaint => complaint.includes(source))).to.deep.equal([])
      const finished = runProgram(['--no-warnings', 'program.js'], { cwd: directory })
      expect(finished).to.deep.include({ status: 0, stderr: '' })
      if (snippet.output !== undefined) expect(finished.stdout).to.equal(snippet.output)
    })
  }
})

/** Runs the first program of the README in a directory of its own. */
function firstProgram(): { readonly directory: string; readonly promised: string; run(): string } {
  const readme = pages().find(({ path }) => path === 'README.md')!
  const { body, output } = snippetsOf(readme).find(({ language }) => language === 'js')!
  const directory = installedPackage().newDirectory()
  writeFileSync(join(directory, 'pay.mjs'), body)
  const run = (): string => runProgram(['--no-warnings', 'pay.mjs'], { cwd: directory }).stdout
  return { directory, promised: output!, run }
}

describe('the first program of the README', function () {
  this.timeout(120_000)

  it('gives the same answers when it is run again', () => {
    const { promised, run } = firstProgram()
    expect(run()).to.equal(promised)
    expect(run()).to.equal(promised)
  })
})

describe('the queries in the documentation', function () {
  this.timeout(120_000)
  const queries = pages()
    .flatMap(snippetsOf)
    .filter(({ language }) => language === 'sql')
  let ledger: InstanceType<typeof DatabaseSync>

  before(() => {
    const { directory, run } = firstProgram()
    run()
    ledger = new DatabaseSync(join(directory, 'payments.db'), { readOnly: true })
  })
  after(() => ledger.close())

  it('are there', () => {
    expect(queries).not.to.be.empty
  })

  for (const { place, body, output } of queries) {
    it(`${place} returns what the page says`, () => {
      const rows = ledger.prepare(body).all() as Readonly<Record<string, unknown>>[]
      expect(rows.map(row => Object.values(row).join('|') + '\n').join('')).to.equal(output)
    })
  }
})
