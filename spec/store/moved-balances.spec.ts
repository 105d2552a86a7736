import { expect } from 'chai'
import fc from 'fast-check'
import { FUNDING, SETTLEMENT, systemAccountId } from '../../lib/domain/account.js'
import { CURRENCY_CODES } from '../../lib/money/currencies.js'
import { BalanceStretches, type Stretch } from '../../lib/store/sqlite/balances/balance-stretches.js'
import { BalanceWriter } from '../../lib/store/sqlite/balances/balance-writer.js'
import { openDatabase, type Database } from '../../lib/store/sqlite/database/driver.js'
import { historyNumber } from '../../lib/store/sqlite/indexes/history-number.js'
import { MovedBalances } from '../../lib/store/sqlite/balances/moved-balances.js'
import { Queries } from '../../lib/store/sqlite/reading/queries.js'
import { MIGRATIONS, takeSteps } from '../../lib/store/sqlite/schema/schema.js'

const ACCOUNTS = 6
const nameOf = (account: number) => `account-${account}`

describe('balances whose accounts are behind', () => {
  let database: Database
  let writer: BalanceWriter

  beforeEach(() => {
    database = openDatabase(':memory:')
    takeSteps(database, 0, MIGRATIONS.length)
    const insert = database.prepare(
      `INSERT INTO accounts (account_id, currency, posted, held, overdraft_limit, closed, metadata, created_at, created_sequence)
       VALUES (?, 'USD', 0, 0, 0, 0, '{}', 0, ?)`
    )
    // System accounts may share the entry that opened them with others.
    insert.run('@funding:USD', 1)
    for (let account = 1; account <= ACCOUNTS; account++) insert.run(nameOf(account), account)
    writer = new BalanceWriter(database, { waitingMax: 10 })
  })

  afterEach(() => database.close())

  function stretchOf(balances: ReadonlyMap<number, bigint>): Stretch {
    return {
      accounts: Float64Array.from(balances.keys()),
      posted: BigInt64Array.from(balances.values())
    }
  }

  function rowsSay(): readonly bigint[] {
    const statement = database.prepare("SELECT posted FROM accounts WHERE account_id NOT GLOB '@*' ORDER BY account_no")
    statement.setReadBigInts(true)
    return (statement.all() as { readonly posted: bigint }[]).map(({ posted }) => posted)
  }

  function settle(): void {
    while (!writer.isSettled) writer.tidy()
  }

  const amounts = fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n })
  const step = fc.record({
    moved: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: ACCOUNTS }), amounts), {
      selector: ([account]) => account
    }),
    isReopened: fc.boolean(),
    pieces: fc.integer({ min: 0, max: 6 })
  })

  it('are what is read, from the first moment on, however far the rows have come', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), steps => {
        database.exec('DELETE FROM moved_balances; UPDATE accounts SET posted = 0')
        writer = new BalanceWriter(database, { waitingMax: 10 })
        const lasting = new Queries(database)
        const expected = new Array<bigint>(ACCOUNTS).fill(0n)
        for (const [index, { moved, isReopened, pieces }] of steps.entries()) {
          writer.add(stretchOf(new Map(moved)), index + 1)
          for (const [account, posted] of moved) expected[account - 1] = posted
          if (isReopened) writer = new BalanceWriter(database, { waitingMax: 10 })
          for (let piece = 0; piece < pieces && !writer.isTidy; piece++) writer.tidy()
          const names = expected.map((_, place) => nameOf(place + 1))
          for (const queries of [lasting, new Queries(database)]) {
            expect(queries.accounts(names).map(({ posted }) => posted)).to.deep.equal(expected)
          }
          expect(lasting.accounts(['@funding:USD'])[0]!.posted).to.equal(0n)
        }
        settle()
        expect(rowsSay()).to.deep.equal(expected)
      })
    )
  })

  it('wait until there are many of them, and are gone when the rows say the same', () => {
    for (let through = 1; through <= 9; through++) writer.add(stretchOf(new Map([[1, BigInt(through)]])), through)
    expect(writer.isTidy).to.equal(true)
    expect(rowsSay()[0]).to.equal(0n)
    writer.add(stretchOf(new Map([[1, 10n]])), 10)
    expect(writer.isTidy).to.equal(false)
    while (!writer.isTidy) writer.tidy()
    expect(rowsSay()[0]).to.equal(10n)
    expect(writer.isSettled).to.equal(true)
    expect(new BalanceStretches(database).now().size).to.equal(0)
  })

  it('that come while others are written stay until their own turn', () => {
    for (let through = 1; through <= 10; through++) writer.add(stretchOf(new Map([[1, BigInt(through)]])), through)
    writer.tidy()
    writer.add(stretchOf(new Map([[1, 11n]])), 11)
    while (!writer.isTidy) writer.tidy()
    expect(rowsSay()[0]).to.equal(10n)
    expect(new Queries(database).accounts([nameOf(1)])[0]!.posted).to.equal(11n)
  })

  it('are found among many, and listed from the oldest account on', () => {
    const balances = new MovedBalances()
    const accounts = Float64Array.from({ length: 5_000 }, (_, place) => ((place * 7_919) % 5_003) + 1)
    balances.add({ accounts, posted: BigInt64Array.from(accounts, account => BigInt(account) * -3n) })
    balances.add({ accounts: Float64Array.of(accounts[9]!), posted: BigInt64Array.of(42n) })
    expect(balances.size).to.equal(5_000)
    expect(balances.get(accounts[9]!)).to.equal(42n)
    expect(balances.get(accounts[10]!)).to.equal(BigInt(accounts[10]!) * -3n)
    expect(balances.get(6_000)).to.equal(undefined)
    const listed = [...balances.accounts()]
    expect(listed).to.deep.equal([...accounts].sort((one, other) => one - other))
  })
})

describe('what an account is found by in the history', () => {
  it('is its own for every system account there can be', () => {
    const numbers = CURRENCY_CODES.flatMap(currency =>
      [FUNDING, SETTLEMENT].map(name => historyNumber(systemAccountId(name, currency), 1))
    )
    expect(new Set(numbers).size).to.equal(numbers.length)
    expect(numbers.every(number => Number.isSafeInteger(number) && number % 2 === 1)).to.equal(true)
  })

  it('is even for every other account', () => {
    expect(historyNumber('alice', 1)).to.equal(2)
    expect(historyNumber('bob', 2 ** 40)).to.equal(2 ** 41)
  })
})
