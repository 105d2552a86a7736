import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { compile } from './compile.js'
import { installedPackage, type InstalledPackage } from './installed-package.js'
import { runProgram } from './run-program.js'

const PROGRAM = `
import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { manualClock } from 'bursar/testing'

const clock = manualClock(0)
const processor = await openPaymentProcessor({ store: sqliteStore({ path: 'payments.db' }), clock })
await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })
const payment = await processor.processPayment({ accountId: 'alice', amount: 25_00n, idempotencyKey: 'order-42' })
console.log(payment.success, payment.message, payment.timestamp.getTime())
console.log((await processor.getBalance('alice')).posted)
await processor.close()
`

const MEASURED = `
import { InMemorySpanExporter, BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { openPaymentProcessor, type PaymentProcessor } from 'bursar'
import { instrument, type InstrumentOptions } from 'bursar/opentelemetry'

const spans = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
const options: InstrumentOptions = { tracerProvider, attributes: { ledger: 'shop' } }
const processor: PaymentProcessor = instrument(await openPaymentProcessor(), options)
await processor.createAccount({ accountId: 'alice', currency: 'USD' })
await processor.close()
for (const { name } of spans.getFinishedSpans()) console.log(name)
`

const PRINTED = 'true Payment processed successfully 0\n7500n\n'

describe('the package as npm installs it', function () {
  // Building and packing take as long as the compiler needs on a busy machine.
  this.timeout(120_000)
  let installed: InstalledPackage
  before(() => {
    installed = installedPackage()
  })

  it('runs a plain JavaScript program', () => {
    const directory = installed.newDirectory()
    writeFileSync(join(directory, 'pay.mjs'), PROGRAM)
    expect(runProgram(['--no-warnings', 'pay.mjs'], { cwd: directory })).to.deep.equal({
      status: 0,
      stdout: PRINTED,
      stderr: ''
    })
  })

  it('gives a strict TypeScript program its types, through every entry point', () => {
    const directory = installed.newDirectory()
    const source = join(directory, 'pay.ts')
    writeFileSync(source, PROGRAM)
    expect(compile([source])).to.deep.equal([])
    expect(runProgram(['--no-warnings', 'pay.js'], { cwd: directory }).stdout).to.equal(PRINTED)
  })

  it('gives a strict TypeScript program that measures its types, and runs it', () => {
    const directory = installed.newDirectory()
    const source = join(directory, 'observe.ts')
    writeFileSync(source, MEASURED)
    expect(compile([source])).to.deep.equal([])
    const printed = { status: 0, stdout: 'bursar.CreateAccount\n', stderr: '' }
    expect(runProgram(['observe.js'], { cwd: directory })).to.deep.equal(printed)
  })

  it('needs OpenTelemetry for nothing but measuring', () => {
    const directory = installed.newBareDirectory()
    writeFileSync(join(directory, 'pay.mjs'), PROGRAM)
    expect(runProgram(['--no-warnings', 'pay.mjs'], { cwd: directory }).stdout).to.equal(PRINTED)
    writeFileSync(join(directory, 'observe.mjs'), `import 'bursar/opentelemetry'`)
    const { status, stderr } = runProgram(['observe.mjs'], { cwd: directory })
    expect(status).to.equal(1)
    expect(stderr).to.match(/Cannot find package '@opentelemetry\/api'/)
  })

  it('brings a program that reads the ledger', () => {
    const directory = installed.newDirectory()
    writeFileSync(join(directory, 'pay.mjs'), PROGRAM)
    runProgram(['--no-warnings', 'pay.mjs'], { cwd: directory })
    const { bin } = JSON.parse(readFileSync(join(installed.project, 'node_modules/bursar/package.json'), 'utf8')) as {
      readonly bin: { readonly bursar: string }
    }
    const program = join(installed.project, 'node_modules/bursar', bin.bursar)
    expect(readFileSync(program, 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/)
    const { status, stdout } = runProgram(['--no-warnings', program, 'balance', 'payments.db', 'alice'], {
      cwd: directory
    })
    expect(status).to.equal(0)
    expect(stdout).to.match(/^Posted +75\.00 USD$/m)
  })

  it('lets the compiler find a wrong call', () => {
    const source = join(installed.newDirectory(), 'wrong.ts')
    writeFileSync(source, PROGRAM.replace('amount: 25_00n', "amount: '25.00'"))
    expect(compile([source]).join('\n')).to.match(/wrong\.ts.*string.*not assignable/)
  })

  it('contains the compiled library and its papers, nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']
    const compiled = installed.files.filter(file => !papers.includes(file))
    expect(installed.files).to.include.members(papers)
    expect(compiled.filter(file => !/^dist\/.+\.(js|d\.ts)$/.test(file))).to.deep.equal([])
    expect(compiled).to.include.members(['dist/index.js', 'dist/index.d.ts'])
  })

  it('contains every file that an entry point names', () => {
    const manifest = JSON.parse(readFileSync(join(installed.project, 'node_modules/bursar/package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
    }
    const named = Object.values(manifest.exports)
      .flatMap(entry => (typeof entry === 'string' ? [entry] : [entry['types'], entry['default']]))
      .map(path => path?.replace(/^\.\//, ''))
    expect(installed.files).to.include.members(named)
  })

  it('needs no install script', () => {
    const manifest = readFileSync(join(installed.project, 'node_modules/bursar/package.json'), 'utf8')
    expect(manifest).not.to.match(/"(pre|post)?install"|"prepare"/)
  })
})
