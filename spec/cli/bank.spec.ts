import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { bank } from '../../examples/bank/bank.js'
import { EXIT } from '../../lib/cli/exit-code.js'
import { temporaryDirectory } from '../support/stores.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NODE = ['--import', './register.mjs', '-C', 'bursar:source', '--no-warnings', 'examples/bank/main.ts']
const HEADER = 'transactionId,date,accountId,kind,operation,amount,balanceAfter'

interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program in a process of its own, which is slow: for what only a process can show. */
function spawned(args: readonly string[], onStderr?: (text: string, interrupt: () => void) => void): Promise<Ended> {
  const child = spawn(process.execPath, [...NODE, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onStderr?.(stderr, () => child.kill('SIGINT'))
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', exitCode => resolve({ exitCode, stdout, stderr }))
  })
}

/** Runs the program in this process. */
async function run(args: readonly string[]): Promise<Ended> {
  const stdout = new PassThrough({ encoding: 'utf8', highWaterMark: 1_000_000 })
  const stderr = new PassThrough({ encoding: 'utf8', highWaterMark: 1_000_000 })
  const exitCode = await bank(args, { stdout, stderr })
  const text = (stream: PassThrough) => (stream.read() as string | null) ?? ''
  return { exitCode, stdout: text(stdout), stderr: text(stderr) }
}

describe('npm start', function () {
  this.timeout(120_000)
  let directory: ReturnType<typeof temporaryDirectory>
  let db: string

  beforeEach(() => {
    directory = temporaryDirectory()
    db = join(directory.path, 'new', 'bank.db')
  })

  afterEach(() => directory.dispose())

  const csvFile = (...lines: readonly string[]): string => {
    const path = join(directory.path, 'bank.csv')
    writeFileSync(path, lines.map(line => `${line}\n`).join(''))
    return path
  }

  it('generates, imports and verifies a bank, and moves no money the second time', async () => {
    const args = ['--rows', '300', '--seed', '9', '--db', db]
    const csv = join(directory.path, 'new', 'bank-9-300.csv')
    const first = await spawned(args)
    expect(first.exitCode, first.stderr).to.equal(0)
    expect(first.stdout)
      .to.include(`Database          ${db}`)
      .and.match(/^Imported +300$/m)
      .and.match(/^Throughput +[\d,]+ rows\/s/m)
      .and.match(/^Running balances +300 of 300 match$/m)
      .and.match(/^Transactions +0 before, 300 after$/m)
      .and.match(/^Verification +ok /m)
    expect(first.stderr).to.include('100% 301 lines')
    const generated = readFileSync(csv, 'utf8')

    const second = await run(args)
    expect(second.exitCode, second.stderr).to.equal(0)
    expect(second.stdout)
      .to.match(/^Imported +0$/m)
      .and.match(/^Replayed +300$/m)
      .and.match(/^Transactions +300 before, 300 after$/m)
      .and.include('no money moved')
    expect(readFileSync(csv, 'utf8')).to.equal(generated)
  })

  it('imports the good lines beside a bad one, and the exit code says so', async () => {
    const rows = ['1,,alice,deposit,,100,100', '2,,alice,payment,,ten,90', '3,,alice,payment,,5,95']
    const { exitCode, stdout } = await spawned([csvFile(HEADER, ...rows), '--db', db])
    expect(exitCode).to.equal(1)
    expect(stdout)
      .to.include('line 3: expected an amount')
      .and.match(/^Imported +2$/m)
      .and.match(/^Verification +ok /m)
  })

  it('reports an account that dips below zero, unless it has an overdraft', async () => {
    const file = csvFile(HEADER, '1,,alice,deposit,,100,100', '2,,alice,payment,,150,-50')
    const declined = await run([file, '--db', db])
    expect(declined.exitCode).to.equal(1)
    expect(declined.stdout).to.include('Insufficient funds. Balance: 100, Required: 150').and.include('--overdraft 50 ')

    const covered = await run([file, '--db', join(directory.path, 'other.db'), '--overdraft', '50'])
    expect(covered.exitCode, covered.stderr).to.equal(0)
    expect(covered.stdout).to.match(/^Running balances +2 of 2 match$/m)
  })

  it('says with the exit code that a balance differs', async () => {
    const { exitCode, stdout } = await run([csvFile(HEADER, '1,,alice,deposit,,100,101'), '--db', db])
    expect(exitCode).to.equal(1)
    expect(stdout).to.include('line 2: account "alice": ledger 1.00, file 1.01 CZK')
  })

  it('does not create a database for a file that is not there', async () => {
    const { exitCode, stderr } = await run([join(directory.path, 'nowhere.csv'), '--db', join(directory.path, 'x.db')])
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('nowhere.csv')
    expect(readdirSync(directory.path)).to.deep.equal([])
  })

  it('refuses a directory for a file', async () => {
    const { exitCode, stderr } = await run([directory.path, '--db', db])
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('got a directory')
  })

  it('refuses a file without the columns', async () => {
    const { exitCode, stderr } = await run([csvFile('1,,alice,deposit,,100,100'), '--db', db])
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('Expected a first line that names the columns')
  })

  it('refuses a database that is none', async () => {
    const notADatabase = csvFile(HEADER, '1,,alice,deposit,,100,100')
    const { exitCode } = await run([notADatabase, '--db', notADatabase])
    expect(exitCode).to.equal(2)
    expect(readFileSync(notADatabase, 'utf8')).to.include(HEADER)
  })

  it('refuses a database that another processor writes', async () => {
    const path = join(directory.path, 'taken.db')
    await using _other = await openPaymentProcessor({ store: sqliteStore({ path }) })
    const { exitCode, stderr } = await run([csvFile(HEADER, '1,,alice,deposit,,100,100'), '--db', path])
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('only writer')
  })

  it('refuses arguments without a meaning, and points to the help', async () => {
    const { exitCode, stderr } = await spawned(['--rows', 'many'])
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('Expected --rows').and.include('--help')
  })

  it('tells every exit code in the help', async () => {
    const { exitCode, stdout } = await run(['--help'])
    expect(exitCode).to.equal(0)
    for (const code of Object.values(EXIT)) expect(stdout).to.include(String(code))
  })

  it('goes on to its end without a trace when the reader of its output leaves', async () => {
    const program = `set -o pipefail; '${process.execPath}' ${NODE.join(' ')} --rows 300 --db '${db}' | true`
    const child = spawn('bash', ['-c', program], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const exitCode = await new Promise(resolve => child.once('close', resolve))
    expect(exitCode, stderr).to.equal(0)
    expect(stderr).to.not.match(/EPIPE|at .*:\d+:\d+/)
    await using processor = await openPaymentProcessor({ store: sqliteStore({ path: db }) })
    expect(await processor.getTransactionCount()).to.equal(300)
  })

  it('closes the ledger when interrupted, and keeps what was imported', async () => {
    const { exitCode, stdout } = await spawned(['--rows', '150000', '--db', db], (stderr, interrupt) => {
      if (stderr.includes('10%')) interrupt()
    })
    expect(exitCode).to.equal(130)
    expect(stdout).to.include('Interrupted.')
    const kept = /^Transactions +0 before, ([\d,]+) after$/m.exec(stdout)?.[1]?.replaceAll(',', '')
    await using processor = await openPaymentProcessor({ store: sqliteStore({ path: db }) })
    expect(await processor.getTransactionCount())
      .to.equal(Number(kept))
      .and.be.greaterThan(0)
    expect((await processor.verify()).ok).to.equal(true)
  })
})
