import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { installedPackage, type InstalledPackage } from './installed-package.js'
import { runProgram } from './run-program.js'

const PROGRAM = `
import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
try {
  const processor = await openPaymentProcessor({ store: sqliteStore({ path: 'payments.db' }) })
  await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })
  console.log((await processor.getBalance('alice')).posted)
  await processor.backup('backup.db').finally(() => processor.close())
  console.log('saved')
} catch (error) {
  console.log(error.name, error.code, error.retryable, error.message, error.cause?.code)
}
`

const PRINTED = '10000n\nsaved\n'

describe('The threads of a ledger file', function () {
  // Building and packing take as long as the compiler needs on a busy machine.
  this.timeout(120_000)
  let installed: InstalledPackage
  before(() => {
    installed = installedPackage()
  })

  for (const [title, words, nodeOptions] of [
    ['the text of a module', ['--input-type=module', '--eval', PROGRAM]],
    ['a program with flags for V8 and the process', ['--max-old-space-size=64', '--title=shop', 'pay.mjs']],
    ['a program that is debugged', ['--inspect=0', 'pay.mjs']],
    ['a program with NODE_OPTIONS', ['pay.mjs'], '--max-old-space-size=64 --conditions=shop']
  ] as const) {
    it(`start in ${title}`, () => {
      const cwd = installed.newDirectory()
      writeFileSync(join(cwd, 'pay.mjs'), PROGRAM)
      const { status, stdout } = runProgram(['--no-warnings', ...words], { cwd, ...(nodeOptions && { nodeOptions }) })
      expect({ status, stdout }).to.deep.equal({ status: 0, stdout: PRINTED })
    })
  }

  it('start under the test runner of Node.js', () => {
    const cwd = installed.newDirectory()
    writeFileSync(join(cwd, 'pay.test.mjs'), PROGRAM)
    const { status, stdout } = runProgram(['--no-warnings', '--test', '--test-reporter=tap'], { cwd })
    expect(status).to.equal(0)
    expect(stdout).to.match(/^# 10000n\n# saved$/m)
  })

  /** A program beside a package that a bundler has left files out of. */
  function withoutFile(name: string): string {
    const cwd = installed.newDirectory()
    const copy = join(cwd, 'node_modules/bursar')
    cpSync(join(installed.project, 'node_modules/bursar'), copy, { recursive: true })
    rmSync(join(copy, 'dist/store/sqlite', name))
    writeFileSync(join(cwd, 'pay.mjs'), PROGRAM)
    const { stdout } = runProgram(['--no-warnings', 'pay.mjs'], { cwd })
    return stdout.replaceAll(`${copy}/dist/store/sqlite`, '…')
  }

  it('say which file a bundler has left out: the writer', () => {
    expect(withoutFile('writing/writer-thread.js')).to.equal(
      'StoreFormatError ERR_STORE_FORMAT false The thread …/writing/writer-thread.js cannot start: the file is missing. ' +
        'A bundler has left it out: declare bursar external, so that it runs from node_modules. undefined\n'
    )
  })

  it('say which file a bundler has left out: what the writer imports', () => {
    expect(withoutFile('writing/writer.js')).to.match(
      /^StoreFormatError ERR_STORE_FORMAT false The thread …\/writing\/writer-thread\.js did not start \(see cause\)\. .* ERR_MODULE_NOT_FOUND\n$/
    )
  })

  it('say which file a bundler has left out: the backup', () => {
    expect(withoutFile('backup/backup-thread.js')).to.match(
      /^10000n\nStoreFormatError ERR_STORE_FORMAT false The thread …\/backup\/backup-thread\.js cannot start: the file is missing\./
    )
  })
})
