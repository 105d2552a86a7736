import { expect } from 'chai'
import { DeadLetteredError, InvalidRequestError, openPaymentProcessor } from 'bursar'
import { faultyStore } from 'bursar/testing'
import { openDatabase } from '../../lib/store/sqlite/database/driver.js'
import { inspectLedger } from '../../lib/store/sqlite/reading/inspect.js'
import { approval, collect, rejectionOf } from '../support/expectations.js'
import { sqliteLedger } from '../support/stores.js'

/** As a version that let holes in legs through has written it. */
const TEXT = '{"type":"PostTransaction","accountId":"alice","idempotencyKey":"order-1","legs":[}]}'

describe('A dead letter that cannot be read', function () {
  this.timeout(60_000)
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(() => {
    ledger = sqliteLedger()
  })

  afterEach(() => ledger.dispose())

  const open = () => openPaymentProcessor({ store: ledger.store() })

  /** Two letters, the first of which cannot be read. @returns their ids */
  async function givenLetters(): Promise<[string, string]> {
    const first = await open()
    await first.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    await first.close()
    const store = faultyStore(ledger.store())
    const bursar = await openPaymentProcessor({ store })
    store.poison('alice')
    const pay = (idempotencyKey: string) => bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey })
    const calls = ['order-1', 'order-2'].map(key => rejectionOf(pay(key), DeadLetteredError))
    const [one, two] = (await Promise.all(calls)).map(({ deadLetterId }) => deadLetterId) as [string, string]
    await bursar.close()
    const file = openDatabase(ledger.path)
    file.prepare('UPDATE dead_letters SET command = ? WHERE id = ?').run(TEXT, one)
    file.close()
    return [one, two]
  }

  it('does not keep a ledger from opening, and is listed with its text', async () => {
    const [one, two] = await givenLetters()
    const bursar = await open()
    const letters = await collect(bursar.deadLetters.list())
    expect(letters.map(({ id }) => id)).to.deep.equal([one, two])
    expect(letters[0]).to.include({ command: null, unreadable: TEXT, attempts: 1 })
    expect(letters[1]).to.include({ unreadable: null })
    await approval(bursar.processPayment({ accountId: 'alice', amount: 1n, idempotencyKey: 'order-3' }))
    expect((await approval(bursar.deadLetters.retry(two) as Promise<never>)) as object).to.include({ success: true })
    await bursar.close()
  })

  it('is reported by verify() and by what the doctor looks at', async () => {
    const [one] = await givenLetters()
    const bursar = await open()
    const { ok, problems } = await bursar.verify()
    expect(ok).to.equal(false)
    expect(problems.map(({ message }) => message)).to.deep.equal([
      `dead letter ${one} cannot be read: look at it with deadLetters.list, and discard it`
    ])
    await bursar.close()
    expect(inspectLedger(ledger.path)).to.include({ deadLetters: 2, unreadableLetters: 1 })
  })

  it('cannot be executed, and can be discarded: its text stays in the journal', async () => {
    const [one] = await givenLetters()
    const bursar = await open()
    await rejectionOf(bursar.deadLetters.retry(one), InvalidRequestError)
    await bursar.deadLetters.discard(one, 'sent anew as order-9')
    const entries = await collect(bursar.journal())
    expect(entries.at(-1)?.command).to.deep.include({ accountId: 'alice', deadLetterId: one, discarded: TEXT })
    expect(await bursar.verify()).to.include({ ok: true })
    await bursar.close()
  })
})
