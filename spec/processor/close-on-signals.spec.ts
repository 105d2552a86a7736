import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { closeOnSignals, InvalidRequestError, openLedgerReader } from 'bursar'
import { sqliteLedger } from '../support/stores.js'

const PROGRAM = fileURLToPath(new URL('../support/signalled-program.ts', import.meta.url))
const NODE = ['--import', './register.mjs', '--conditions=bursar:source', '--no-warnings']
const PAYMENTS = 500
/** What an aborted caller hears: certainly not, or perhaps. */
const TOLD = ['CommandCancelledError', 'OutcomeUnknownError']

function outcomesIn(line: string): Readonly<Record<string, number>> {
  return line.startsWith('{') ? (JSON.parse(line) as Readonly<Record<string, number>>) : {}
}

interface Ended {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** What its payments came to, as it said last. */
  readonly outcomes: Readonly<Record<string, number>>
}

describe('closeOnSignals', function () {
  this.timeout(120_000)
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(() => {
    ledger = sqliteLedger()
  })

  afterEach(() => ledger.dispose())

  /** @param onLine sends signals when the program says something */
  function run(
    how: string,
    deadlineMs: number,
    onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void
  ): Promise<Ended> {
    const words = [...NODE, PROGRAM, ledger.path, how, String(deadlineMs)]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    let last = '{}'
    createInterface({ input: child.stdout }).on('line', line => {
      last = line
      onLine(line, signal => child.kill(signal))
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, outcomes: outcomesIn(last) }))
    })
  }

  const whenReady = (signal: NodeJS.Signals) => (line: string, kill: (signal: NodeJS.Signals) => void) => {
    if (line === 'ready') kill(signal)
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`answers everything taken after ${signal}, and the exit code is 0`, async () => {
      const ended = await run('drains', 30_000, whenReady(signal))
      expect(ended).to.deep.equal({
        exitCode: 0,
        signal: null,
        outcomes: { answered: PAYMENTS }
      })
      await using reader = await openLedgerReader({ store: ledger.store() })
      expect(await reader.getTransactionCount()).to.equal(PAYMENTS)
    })
  }

  it('aborts at the deadline: every caller is told, and the exit code names the signal', async () => {
    const { exitCode, outcomes } = await run('stuck', 50, whenReady('SIGTERM'))
    expect(exitCode).to.equal(128 + 15)
    expect(
      Object.keys(outcomes).every(name => TOLD.includes(name)),
      Object.keys(outcomes).join()
    ).to.equal(true)
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).to.equal(PAYMENTS)
  })

  it('aborts at once when a second signal comes, which is then the one that the exit code names', async () => {
    let again: NodeJS.Timeout | undefined
    const { exitCode } = await run('stuck', 2 ** 31 - 1, (line, kill) => {
      if (line === 'ready') kill('SIGTERM')
      // Until it is heard: a signal right after the first is taken for the same wish.
      if (line === 'signalled') again ??= setInterval(() => kill('SIGINT'), 100)
    })
    clearInterval(again)
    expect(exitCode).to.equal(128 + 2)
  })

  it('ends a process that something else keeps alive, with exit code 0 when everything was answered', async () => {
    const ended = await run('lingers', 5_000, whenReady('SIGTERM'))
    expect(ended).to.deep.equal({ exitCode: 0, signal: null, outcomes: { answered: PAYMENTS } })
  })

  it('closes an HTTP server first: requests under way are paid and answered', async () => {
    const ended = await run('serves', 30_000, whenReady('SIGTERM'))
    const outcomes = { answered: PAYMENTS + 1, served: 1, 'before SIGTERM': 1 }
    expect(ended).to.deep.equal({ exitCode: 0, signal: null, outcomes })
  })

  for (const how of ['rejects', 'throws']) {
    it(`closes the ledger all the same, with a warning, when what comes first ${how}`, async () => {
      const ended = await run(how, 30_000, whenReady('SIGINT'))
      const outcomes = { answered: PAYMENTS, 'before SIGINT': 1, BursarWarning: 1 }
      expect(ended).to.deep.equal({ exitCode: 0, signal: null, outcomes })
    })
  }

  it('aborts at the deadline when what comes first never ends', async () => {
    const { exitCode, outcomes } = await run('hangs', 50, whenReady('SIGTERM'))
    expect(exitCode).to.equal(128 + 15)
    expect(outcomes).to.include({ 'before SIGTERM': 1 })
  })

  it('runs what comes first only once, and a second signal aborts that too', async () => {
    let again: NodeJS.Timeout | undefined
    const { exitCode, outcomes } = await run('hangs', 2 ** 31 - 1, (line, kill) => {
      if (line === 'ready') kill('SIGTERM')
      if (line === 'signalled') again ??= setInterval(() => kill('SIGINT'), 100)
    })
    clearInterval(again)
    expect(exitCode).to.equal(128 + 2)
    expect(outcomes).to.deep.equal({ answered: PAYMENTS, 'before SIGTERM': 1 })
  })

  it('leaves the signals alone again once it was told to', async () => {
    const { exitCode, signal } = await run('deaf', 30_000, whenReady('SIGTERM'))
    expect([exitCode, signal]).to.deep.equal([null, 'SIGTERM'])
  })

  it('takes its listeners with it', () => {
    const processor = { close: () => Promise.resolve(), abort: () => Promise.resolve() }
    const before = process.listenerCount('SIGUSR2')
    const stop = closeOnSignals(processor, { signals: ['SIGUSR2'] })
    expect(process.listenerCount('SIGUSR2')).to.equal(before + 1)
    stop()
    stop()
    expect(process.listenerCount('SIGUSR2')).to.equal(before)
  })

  it('refuses what cannot come first, and options that it does not have', () => {
    const processor = { close: () => Promise.resolve(), abort: () => Promise.resolve() }
    const before = 'the server' as unknown as () => void
    expect(() => closeOnSignals(processor, { before })).to.throw(InvalidRequestError, 'before')
    const misspelt = { befor: () => undefined } as object
    expect(() => closeOnSignals(processor, misspelt)).to.throw(InvalidRequestError, 'Did you mean "before"?')
  })

  it('refuses signals that cannot be listened to, and deadlines that no timer can keep', () => {
    const processor = { close: () => Promise.resolve(), abort: () => Promise.resolve() }
    for (const signals of [[], ['SIGKILL'], ['SIGNOTHING']] as NodeJS.Signals[][]) {
      expect(() => closeOnSignals(processor, { signals })).to.throw(InvalidRequestError)
    }
    for (const deadlineMs of [-1, 2 ** 31, 1.5, NaN]) {
      expect(() => closeOnSignals(processor, { deadlineMs })).to.throw(InvalidRequestError)
    }
  })
})
