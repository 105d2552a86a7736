import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { manualClock } from 'bursar/testing'
import { openDatabase } from '../../../lib/store/sqlite/database/driver.js'
import { takeSteps } from '../../../lib/store/sqlite/schema/schema.js'
import { bursar, bursarJson, inShell } from '../../support/cli.js'
import { temporaryDirectory } from '../../support/stores.js'

const GERMAN = `"Girokonto";"DE02120300000000202051"
"Kontostand vom 31.01.2026:";"1.085,50 €"

"Buchungstag";"Zahlungspflichtige*r";"Verwendungszweck";"Betrag (€)";"Saldo"
"31.01.2026";"Grün & Co";"Miete
Januar";"-14,50 €";"1.085,50 €"
"30.01.2026";"Arbeit GmbH";"Gehalt";"1.100,00 €";"1.100,00 €"
`
const GERMAN_OPTIONS = [
  ...['--currency', 'EUR', '--account', 'giro', '--amounts', 'decimal', '--signed', '--ids', 'content'],
  ...['--map', 'Buchungstag=date', '--map', 'Zahlungspflichtige*r=counterparty', '--map', 'Verwendungszweck=operation'],
  ...['--map', 'Betrag (€)=amount', '--map', 'Saldo=balanceAfter']
]

/** The mark of a Bursar ledger. */
const APPLICATION_ID = 0x42555253

describe('bursar import', function () {
  this.timeout(60_000)
  let directory: ReturnType<typeof temporaryDirectory>
  let db: string

  beforeEach(() => {
    directory = temporaryDirectory()
    db = join(directory.path, 'ledger.db')
  })

  afterEach(() => directory.dispose())

  const file = (text: string | Uint8Array, name = 'file.csv'): string => {
    const path = join(directory.path, name)
    writeFileSync(path, text)
    return path
  }

  const filesLeft = () => readdirSync(directory.path).filter(name => name.startsWith('ledger'))

  it('books the export of a bank, once', async () => {
    const path = file(GERMAN)
    const first = await bursar('import', db, path, ...GERMAN_OPTIONS)
    expect(first).to.include({ exitCode: 0, stderr: '' })
    expect(first.stdout)
      .to.match(/^File +CSV, UTF-8, separator semicolon, header on line 4, amounts in EUR with a decimal comma$/m)
      .and.match(/^Order +newest first; booked from the last row to the first$/m)
      .and.match(/^Final balances +1 of 1 match$/m)
    const [second] = await bursarJson('import', db, path, ...GERMAN_OPTIONS)
    expect(second).to.include({ imported: 0, replayed: 2, booked: true })
    expect((await bursar('balance', db, 'giro')).stdout).to.match(/^Posted +1085\.50 EUR$/m)
  })

  it('checks and books nothing with --dry-run, and leaves no file behind', async () => {
    const { exitCode, stdout, stderr } = await bursar('import', db, file(GERMAN), ...GERMAN_OPTIONS, '--dry-run')
    expect(exitCode).to.equal(0)
    expect(stdout).to.match(/^Rows +2 of 1 account, 2026-01-30 to 2026-01-31$/m)
    expect(stderr).to.equal('Checked. Nothing was booked.\n')
    expect(filesLeft()).to.deep.equal([])
  })

  for (const [what, rows, said] of [
    ['a bad row', '1,a,deposit,10.00,\n', '--amounts decimal'],
    ['an opening balance', '1,a,deposit,1000,5000\n', '--opening file']
  ] as const) {
    const text = `transactionId,accountId,kind,amount,balanceAfter\n${rows}`

    it(`refuses a file with ${what} with exit code 2, reports it, and leaves no ledger behind`, async () => {
      const { exitCode, stdout, stderr } = await bursar('import', db, file(text), '--currency', 'EUR')
      expect(exitCode).to.equal(2)
      expect(stdout).to.include('line 2')
      expect(stderr).to.match(/^Nothing was booked\./)
      expect(stdout + stderr).to.include(said)
      expect(filesLeft()).to.deep.equal([])
    })

    it(`says with --dry-run and exit code 1 that a file with ${what} needs a look`, async () => {
      const { exitCode, stdout, stderr } = await bursar('import', db, file(text), '--currency', 'EUR', '--dry-run')
      expect(exitCode).to.equal(1)
      expect(stdout + stderr).to.include(said)
      expect(filesLeft()).to.deep.equal([])
    })
  }

  it('books the good rows of a file with --skip-bad, and says with exit code 1 that there were others', async () => {
    const path = file('transactionId,accountId,kind,amount\n1,a,deposit,1000\nTotal,,,1000\n')
    const { exitCode, stdout } = await bursar('import', db, path, '--currency', 'EUR', '--skip-bad')
    expect(exitCode).to.equal(1)
    expect(stdout)
      .to.match(/^Imported +1$/m)
      .and.match(/^Bad rows +1$/m)
    expect(stdout.match(/line 3: /g)).to.have.lengthOf(1)
  })

  it('says how much overdraft the file needs before rows are declined', async () => {
    const path = file('transactionId,accountId,kind,amount\n1,a,payment,300\n2,a,deposit,1000\n')
    const { stdout } = await bursar('import', db, path, '--currency', 'EUR', '--dry-run')
    expect(stdout).to.match(
      /^Overdraft +accounts go 3\.00 EUR below zero: add --overdraft 300, or rows will be declined$/m
    )
    const booked = await bursar('import', db, path, '--currency', 'EUR', '--overdraft', '300')
    expect(booked.exitCode).to.equal(0)
  })

  it('keeps its options in a profile, with what the file has shown', async () => {
    const profile = join(directory.path, 'bank.json')
    await bursar('import', db, file(GERMAN), ...GERMAN_OPTIONS, '--dry-run', '--save-profile', profile)
    expect(JSON.parse(readFileSync(profile, 'utf8'))).to.deep.equal({
      currency: 'EUR',
      account: 'giro',
      amounts: 'decimal',
      ids: 'content',
      signed: true,
      map: {
        Buchungstag: 'date',
        'Zahlungspflichtige*r': 'counterparty',
        Verwendungszweck: 'operation',
        'Betrag (€)': 'amount',
        Saldo: 'balanceAfter'
      },
      encoding: 'utf-8',
      separator: 'semicolon',
      decimal: 'comma'
    })
    const [report] = await bursarJson('import', db, file(GERMAN), '--profile', profile)
    expect(report).to.include({ imported: 2 })
    const again = await bursar('import', db, file(GERMAN), '--profile', profile, '--save-profile', profile)
    expect(again.exitCode).to.equal(2)
    const other = await bursarJson('import', db, file(GERMAN), '--profile', profile, '--account', 'other')
    expect(other[0]).to.include({ imported: 2 })
  })

  for (const [what, content] of [
    ['a field that it does not know', '{"currency":"EUR","seperator":"comma"}'],
    ['a value that it does not know', '{"currency":"EUR","separator":"colon"}'],
    ['a column mapped to nothing it knows', '{"currency":"EUR","map":{"Betrag":"sum"}}'],
    ['a list', '[]'],
    ['no JSON', 'currency: EUR']
  ] as const) {
    it(`refuses a profile with ${what}`, async () => {
      const profile = file(content, 'profile.json')
      const { exitCode, stderr } = await bursar('import', db, file(GERMAN), '--profile', profile)
      expect(exitCode).to.equal(2)
      expect(stderr).to.include(profile)
      expect(filesLeft()).to.deep.equal([])
    })
  }

  for (const options of [
    ['--map', 'amount'],
    ['--map', 'Betrag=sum'],
    ['--kind', 'Haben=in'],
    ['--opening', '12.50'],
    ['--separator', 'x'],
    ['--decimal', 'dot'],
    ['--order', 'random']
  ]) {
    it(`refuses ${options.join(' ')}`, async () => {
      const { exitCode, stderr } = await bursar('import', db, file(GERMAN), '--currency', 'EUR', ...options)
      expect(exitCode).to.equal(2)
      expect(stderr).to.match(/^Expected --/)
    })
  }

  it('books nothing into a ledger that forgets keys, until told that none of the rows is forgotten', async () => {
    const processor = await openPaymentProcessor({
      store: sqliteStore({ path: db }),
      idempotency: { answerTtlMs: 86_400_000, keyTtlMs: 40 * 86_400_000 }
    })
    await processor.close()
    const path = file('transactionId,accountId,kind,amount\n1,a,deposit,1000\n')
    const refused = await bursar('import', db, path, '--currency', 'EUR')
    expect(refused.exitCode).to.equal(2)
    expect(refused.stderr).to.include('forgets a key after 40 days').and.include('--force')
    expect((await bursarJson('stats', db))[0]).to.include({ transactions: 0 })
    const [forced] = await bursarJson('import', db, path, '--currency', 'EUR', '--force')
    expect(forced).to.include({ imported: 1 })
  })

  it('moves no money again when the application ran on the ledger with its defaults for years', async () => {
    const path = file('transactionId,accountId,kind,amount\n1,a,deposit,1000\n2,a,payment,400\n')
    await bursar('import', db, path, '--currency', 'EUR')
    const clock = manualClock(Date.now() + 3 * 365 * 86_400_000)
    const processor = await openPaymentProcessor({ store: sqliteStore({ path: db }), clock })
    await processor.deposit({ accountId: 'a', amount: 5n, idempotencyKey: 'x' })
    await processor.close()
    const [again] = await bursarJson('import', db, path, '--currency', 'EUR')
    expect(again).to.include({ imported: 0, replayed: 2 })
  })

  it('refuses to begin accounts in a withdrawn currency, and leaves neither ledger nor profile behind', async () => {
    const path = file('transactionId,accountId,kind,amount\n1,a,deposit,1000\n')
    const profile = join(directory.path, 'bank.json')
    const { exitCode, stderr } = await bursar('import', db, path, '--currency', 'ANG', '--save-profile', profile)
    expect(exitCode).to.equal(2)
    expect(stderr).to.include('Nothing was booked. Currency ANG is withdrawn, and account "a" would be new')
    expect(filesLeft()).to.deep.equal([])
    expect(existsSync(profile)).to.equal(false)
  })

  it('imports into a ledger of an earlier version, which a dry run leaves as it is', async () => {
    const earlier = openDatabase(db)
    takeSteps(earlier, 0, 4)
    earlier.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 4; PRAGMA journal_mode = WAL`)
    earlier.close()
    const before = readFileSync(db)
    const path = file('transactionId,accountId,kind,amount\n1,a,deposit,1000\n')
    const checked = await bursar('import', db, path, '--currency', 'EUR', '--dry-run')
    expect(checked.exitCode).to.equal(2)
    expect(checked.stderr).to.include('of an earlier version').and.include('without --dry-run')
    expect(readFileSync(db).equals(before)).to.equal(true)
    const [report] = await bursarJson('import', db, path, '--currency', 'EUR')
    expect(report).to.include({ imported: 1, replayed: 0 })
    expect((await bursar('import', db, path, '--currency', 'EUR', '--dry-run')).exitCode).to.equal(0)
    expect((await bursar('verify', db)).exitCode).to.equal(0)
  })

  it('has whole numbers and amounts as text in JSON', async () => {
    const [answer] = await bursarJson('import', db, file(GERMAN), ...GERMAN_OPTIONS)
    expect(answer).to.have.nested.property('check.deposits').that.deep.equals({ count: 1, amount: '110000' })
    expect(answer).to.have.nested.property('sums.imported.payments.amount', '1450')
    const numbers: number[] = []
    JSON.stringify(answer, (_key, value: unknown) => {
      if (typeof value === 'number') numbers.push(value)
      return value
    })
    expect(numbers.filter(number => !Number.isInteger(number))).to.deep.equal([])
  })

  it('imports from a pipe', async function () {
    if (!existsSync('/dev/stdin')) this.skip()
    const path = file('transactionId,accountId,kind,amount\n1,a,deposit,1000\n2,a,payment,400\n')
    const { exitCode, stdout } = await inShell(`< <(cat '${path}')`, 'import', db, '/dev/stdin', '--currency', 'EUR')
    expect(stdout).to.match(/^Imported +2$/m)
    expect(exitCode).to.equal(0)
  })
})
