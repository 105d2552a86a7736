import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openPaymentProcessor, StoreLockedError } from 'bursar'
import { rejectionOf } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

const REGISTER = new URL('../../register.mjs', import.meta.url).href
const PROGRAM = fileURLToPath(new URL('../support/open-and-wait.ts', import.meta.url))

describe('The writer lock of a SQLite file, between processes', function () {
  // Starting a process with a compiler in it takes seconds on a busy machine.
  this.timeout(120_000)

  let ledger: ReturnType<typeof sqliteLedger>
  let children: ChildProcess[]

  beforeEach(() => {
    ledger = sqliteLedger()
    children = []
  })

  afterEach(async () => {
    for (const child of children) if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGKILL')
    ledger.dispose()
  })

  /** Starts a process that opens the ledger and then waits; resolves with the process and what it said. */
  async function openElsewhere(): Promise<{ readonly child: ChildProcess; readonly said: string }> {
    const args = ['--import', REGISTER, '-C', 'bursar:source', '--no-warnings', PROGRAM, ledger.path]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    const [said] = (await once(child.stdout!, 'data')) as [Buffer]
    return { child, said: said.toString().trim() }
  }

  async function end(child: ChildProcess, signal: 'SIGKILL' | null): Promise<void> {
    const ended = once(child, 'exit')
    if (signal === null) child.stdin!.end()
    else child.kill(signal)
    await ended
  }

  it('refuses a second process while the first is alive', async () => {
    const bursar = await openPaymentProcessor({ store: ledger.store() })
    expect((await openElsewhere()).said).to.equal('StoreLockedError')
    await bursar.close()
    const { child, said } = await openElsewhere()
    expect(said).to.equal('opened')
    await rejectionOf(openPaymentProcessor({ store: ledger.store() }), StoreLockedError)
    await end(child, null)
    await (await openPaymentProcessor({ store: ledger.store() })).close()
  })

  it('cannot outlive a crash: a process that was killed leaves no lock behind', async () => {
    const { child, said } = await openElsewhere()
    expect(said).to.equal('opened')
    await end(child, 'SIGKILL')
    await (await openPaymentProcessor({ store: ledger.store() })).close()
  })
})
