import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import ts from 'typescript'
import { ROOT, importsOf, nodesOf, parse, placeOf, sourcesIn, type Source } from './sources.js'

/**
 * Which parts of the library each part may import. The port of the stores (`lib/store/*.ts`) is the part `store`, each
 * implementation is a part of its own (`store/sqlite`), and the root barrel is `index`. A new folder needs a row.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  timers: [],
  money: ['domain'],
  policies: ['timers', 'domain'],
  store: ['domain'],
  'store/memory': ['store', 'domain'],
  'store/sqlite': ['store', 'timers', 'domain'],
  'store/postgres': ['store', 'timers', 'domain'],
  audit: ['store', 'money', 'timers', 'domain'],
  queue: ['policies', 'observability', 'audit', 'store', 'timers', 'domain'],
  processor: ['queue', 'policies', 'observability', 'audit', 'store', 'store/memory', 'money', 'timers', 'domain'],
  observability: ['domain', 'timers'],
  index: ['processor', 'queue', 'policies', 'audit', 'store', 'store/memory', 'money', 'observability', 'domain'],
  opentelemetry: ['index', 'processor', 'observability', 'timers', 'domain'],
  cli: ['index', 'processor', 'store/sqlite', 'store/postgres', 'audit', 'money', 'domain'],
  cluster: ['index', 'processor', 'queue', 'policies', 'audit', 'store', 'domain'],
  testing: [
    'index',
    'processor',
    'queue',
    'policies',
    'audit',
    'store',
    'store/memory',
    'store/sqlite',
    'money',
    'domain'
  ]
}

/** The rooms of the SQLite store, each above those that it may import. What lies in none is above all. */
const SQLITE_ROOMS = ['backup', 'writing', 'tail', 'reading', 'file', 'schema', 'balances', 'indexes', 'database']

const FORBIDDEN_NAMES = /^(utils?|helpers?|types|interfaces|common|managers?)\.ts$/
const LINES_MAX = 300

function partOf(path: string): string {
  const [, folder, below, ...rest] = path.split('/')
  if (folder === undefined || below === undefined) return (folder ?? '').replace(/\.ts$/, '')
  return folder === 'store' && rest.length > 0 ? `store/${below}` : folder
}

function forbiddenImports(source: Source): readonly string[] {
  const part = partOf(source.path)
  const allowed = MAY_IMPORT[part]
  if (allowed === undefined) return [`${source.path}: lib/${part} has no row in MAY_IMPORT`]
  return importsOf(source)
    .filter(path => path.startsWith('lib/') && partOf(path) !== part && !allowed.includes(partOf(path)))
    .map(path => `${source.path} imports ${path}`)
}

function floorOf(path: string): number {
  const [, room] = /^lib\/store\/sqlite\/([^/]+)\//.exec(path) ?? []
  return room === undefined ? -1 : SQLITE_ROOMS.indexOf(room)
}

function importsUpwards(source: Source): readonly string[] {
  return importsOf(source)
    .filter(path => path.startsWith('lib/store/sqlite/') && floorOf(path) < floorOf(source.path))
    .map(path => `${source.path} imports ${path}`)
}

function starExports(source: Source): readonly string[] {
  return nodesOf(source.tree)
    .filter(node => ts.isExportDeclaration(node))
    .filter(node => node.exportClause === undefined || ts.isNamespaceExport(node.exportClause))
    .map(node => placeOf(source, node))
}

/** Whatever would make a pure function depend on more than its arguments. */
function impurities(source: Source): readonly string[] {
  return nodesOf(source.tree)
    .filter(
      node =>
        /^(Date\.now|Math\.random|performance\.|process\.|crypto\.|globalThis\.)/.test(dottedName(node)) ||
        (ts.isNewExpression(node) && dottedName(node.expression) === 'Date' && (node.arguments?.length ?? 0) === 0) ||
        (ts.isCallExpression(node) && ['Date', 'setTimeout', 'queueMicrotask'].includes(dottedName(node.expression))) ||
        node.kind === ts.SyntaxKind.AsyncKeyword ||
        ts.isAwaitExpression(node)
    )
    .map(node => `${placeOf(source, node)}: ${node.getText(source.tree)}`)
}

function dottedName(node: ts.Node): string {
  if (ts.isIdentifier(node)) return node.text
  return ts.isPropertyAccessExpression(node) ? `${dottedName(node.expression)}.${node.name.text}` : ''
}

function declaredDependencies(): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, object | undefined>
  return ['dependencies', 'optionalDependencies', 'peerDependencies'].flatMap(kind => Object.keys(manifest[kind] ?? {}))
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

describe('the structure of the sources', () => {
  const library = sourcesIn('lib')
  const everything = ['lib', 'spec', 'examples', 'bench'].flatMap(sourcesIn)

  it('reads the library', () => {
    expect(library.map(source => source.path)).to.include.members(['lib/index.ts', 'lib/store/store.ts'])
  })

  it('imports in one direction only', () => {
    expect(library.flatMap(forbiddenImports)).to.deep.equal([])
  })

  it('imports downwards only in the SQLite store', () => {
    const rooms = library.filter(source => /^lib\/store\/sqlite\/.+\//.test(source.path))
    expect(rooms.filter(source => floorOf(source.path) === -1)).to.deep.equal([])
    expect(rooms.flatMap(importsUpwards)).to.deep.equal([])
  })

  it('lets the domain import nothing but itself, packages and node: included', () => {
    const foreign = library
      .filter(source => partOf(source.path) === 'domain')
      .flatMap(source => importsOf(source).filter(path => !path.startsWith('lib/domain/')))
    expect(foreign).to.deep.equal([])
  })

  it('keeps clocks, randomness and async out of the domain', () => {
    expect(library.filter(source => partOf(source.path) === 'domain').flatMap(impurities)).to.deep.equal([])
  })

  it('depends at run time only on packages that package.json declares', () => {
    const declared = ['bursar', ...declaredDependencies()]
    const undeclared = library.flatMap(source =>
      importsOf(source)
        .filter(path => !path.startsWith('lib/') && !path.startsWith('node:') && !declared.includes(packageOf(path)))
        .map(path => `${source.path} imports ${path}`)
    )
    expect(undeclared).to.deep.equal([])
  })

  it('needs the packages of OpenTelemetry in one place only', () => {
    const users = library.filter(source => importsOf(source).some(path => path.startsWith('@opentelemetry/')))
    expect(users).not.to.be.empty
    expect(new Set(users.map(source => partOf(source.path)))).to.deep.equal(new Set(['opentelemetry']))
  })

  it('imports no optional part anywhere else', () => {
    const users = library.filter(
      source =>
        partOf(source.path) !== 'opentelemetry' && importsOf(source).some(path => partOf(path) === 'opentelemetry')
    )
    expect(users.map(source => source.path)).to.deep.equal([])
  })

  it('exports every name explicitly', () => {
    expect(everything.flatMap(starExports)).to.deep.equal([])
  })

  it('has no file whose name says nothing', () => {
    const nameless = everything.map(source => source.path).filter(path => FORBIDDEN_NAMES.test(path.split('/').at(-1)!))
    expect(nameless).to.deep.equal([])
  })

  it(`keeps every file within ${LINES_MAX} lines`, () => {
    const long = everything
      .map(source => ({ path: source.path, lines: source.text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > LINES_MAX)
    expect(long).to.deep.equal([])
  })
})

describe('the checks on the structure', () => {
  it('see an import against the direction, however it is written', () => {
    const written = [
      `import { x } from '../processor/x.js'`,
      `import type { x } from '../processor/x.js'`,
      `export { x } from '../processor/x.js'`,
      `const x = await import('../processor/x.js')`,
      `type X = import('../processor/x.js').X`
    ]
    for (const text of written) {
      expect(forbiddenImports(parse('lib/queue/y.ts', text)), text).to.deep.equal([
        'lib/queue/y.ts imports lib/processor/x.ts'
      ])
    }
  })

  it('see a store that imports another store or the processor', () => {
    const text = `import { a } from '../memory/a.js'\nimport { b } from '../../processor/b.js'\nimport { c } from '../store.js'`
    expect(forbiddenImports(parse('lib/store/sqlite/y.ts', text))).to.have.length(2)
  })

  it('see a folder that nobody has placed', () => {
    expect(forbiddenImports(parse('lib/misc/y.ts', ''))).to.have.length(1)
  })

  it('see a room of the SQLite store that looks up', () => {
    const text = `import { a } from '../writing/a.js'\nimport { b } from '../sqlite-session.js'\nimport { c } from '../database/c.js'`
    expect(importsUpwards(parse('lib/store/sqlite/reading/y.ts', text))).to.have.length(2)
  })

  it('see what makes a function impure, and let dates be made from recorded numbers', () => {
    const impure = ['Date.now()', 'new Date()', 'Date()', 'Math.random()', 'async function f() {}', 'process.hrtime()']
    for (const text of impure) expect(impurities(parse('lib/domain/y.ts', text)), text).to.not.deep.equal([])
    expect(impurities(parse('lib/domain/y.ts', 'new Date(entry.timestamp)'))).to.deep.equal([])
  })

  it('see both spellings of a star export', () => {
    expect(starExports(parse('lib/y.ts', `export * from './a.js'\nexport * as b from './b.js'`))).to.have.length(2)
  })
})
