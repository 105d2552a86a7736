import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { compile } from '../packaging/compile.js'
import { installedPackage } from '../packaging/installed-package.js'

const PREAMBLE = `import { assertApproved, type Approved, type Command, type PaymentProcessor, type ResultOf } from 'bursar'
import { instrument } from 'bursar/opentelemetry'
declare const bursar: PaymentProcessor
const payment = { accountId: 'alice', amount: 1n, idempotencyKey: 'k' }
`

/** Each is a program as a user of the installed package writes it; what a wrong one is told contains the text. */
const PROGRAMS: readonly (readonly [title: string, program: string, complaint?: RegExp])[] = [
  [
    'results narrow by success',
    `const result = await bursar.processPayment(payment)
    if (result.success) { const id: string = result.transactionId; void id }
    else { const none: null = result.transactionId; const attempt: number = result.attempt; void [none, attempt] }`
  ],
  [
    'the transaction id is not text before success was looked at',
    `const id: string = (await bursar.processPayment(payment)).transactionId; void id`,
    /'string \| null' is not assignable to type 'string'/
  ],
  [
    'an approval has no code',
    `const result = await bursar.processPayment(payment)
    if (result.success) void result.code`,
    /Property 'code' does not exist/
  ],
  [
    'results of account commands carry the account, not a transaction',
    `const result = await bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'k' })
    if (result.success) { const closed: boolean = result.account.closed; void closed }`
  ],
  [
    'a closed account is no transaction',
    `const result = await bursar.closeAccount({ accountId: 'alice', idempotencyKey: 'k' })
    if (result.success) void result.transactionId`,
    /Property 'transactionId' does not exist/
  ],
  [
    'a switch over the codes of processPayment can be exhaustive',
    `const result = await bursar.processPayment(payment)
    if (!result.success) switch (result.code) {
      case 'same_account': case 'account_closed': case 'account_frozen':
      case 'currency_mismatch': case 'insufficient_funds': case 'amount_overflow': break
      default: result.code satisfies never
    }`
  ],
  [
    'a switch that forgets a code of processPayment is not exhaustive',
    `const result = await bursar.processPayment(payment)
    if (!result.success) switch (result.code) {
      case 'same_account': case 'account_closed': case 'account_frozen':
      case 'currency_mismatch': case 'amount_overflow': break
      default: result.code satisfies never
    }`,
    /does not satisfy the expected type 'never'/
  ],
  [
    'a payment is never compared with the code of a hold',
    `const result = await bursar.processPayment(payment)
    if (!result.success && result.code === 'hold_expired') void 0`,
    /This comparison appears to be unintentional/
  ],
  [
    'a void is never compared with a lack of funds',
    `const result = await bursar.voidPayment({ accountId: 'alice', authorizationId: 'h', idempotencyKey: 'k' })
    if (!result.success && result.code === 'insufficient_funds') void 0`,
    /This comparison appears to be unintentional/
  ],
  [
    'a capture may be compared with the code of a hold',
    `const result = await bursar.capturePayment({ accountId: 'alice', authorizationId: 'h', idempotencyKey: 'k' })
    if (!result.success && result.code === 'hold_expired') void 0`
  ],
  [
    'submit gives the result that belongs to the type of the command',
    `const paid: ResultOf<{ type: 'ProcessPayment' }> = await bursar.submit({ type: 'ProcessPayment', ...payment })
    const frozen = await bursar.submit({ type: 'UnfreezeAccount', accountId: 'alice', idempotencyKey: 'k' })
    if (frozen.success) void frozen.account.frozen
    void paid`
  ],
  [
    'submit of a payment is never compared with the code of a hold',
    `const result = await bursar.submit({ type: 'ProcessPayment', ...payment })
    if (!result.success && 'code' in result && result.code === 'hold_expired') void 0`,
    /This comparison appears to be unintentional/
  ],
  [
    'assertApproved narrows to the approval',
    `const result = await bursar.processPayment(payment)
    assertApproved(result)
    const approved: Approved = result
    const id: string = result.transactionId
    void [approved, id]`
  ],
  [
    'assertApproved narrows account results too',
    `const result = await bursar.createAccount({ accountId: 'alice', currency: 'USD' })
    assertApproved(result)
    const id: string = result.account.accountId; void id`
  ],
  [
    'an instrumented processor answers with the same types',
    `const result = await instrument(bursar, { attributes: { ledger: 'shop' } }).voidPayment({
      accountId: 'alice', authorizationId: 'h', idempotencyKey: 'k'
    })
    if (!result.success) { const code: 'hold_already_captured' | 'hold_already_voided' | 'hold_expired' = result.code; void code }`
  ],
  ['a provider of metrics that is none', `instrument(bursar, { meterProvider: {} })`, /Property 'getMeter' is missing/],
  [
    'the detail of an event is typed',
    `bursar.on('group:committed', ({ entries, durationMs }) => { const sum: number = entries + durationMs; void sum })
    bursar.on('command:executed', ({ command }) => { if (command === 'Deposit') void 0 })`
  ],
  [
    'an event that does not exist',
    `bursar.on('command:forgotten', () => undefined)`,
    /'"command:forgotten"' is not assignable/
  ],
  [
    'results are read-only',
    `const result = await bursar.processPayment(payment)
    result.amount = 2n`,
    /Cannot assign to 'amount' because it is a read-only property/
  ],
  [
    'accounts and their metadata are read-only',
    `const account = await bursar.getAccount('alice')
    account.metadata['tier'] = 'gold'`,
    /only permits reading/
  ],
  [
    'the legs of a transaction are read-only',
    `const { legs } = await bursar.getTransaction('txn')
    legs.push({ from: 'alice', to: 'shop', amount: 1n, currency: 'USD' })`,
    /Property 'push' does not exist/
  ],
  [
    'a payment without an idempotency key',
    `await bursar.processPayment({ accountId: 'alice', amount: 1n })`,
    /Property 'idempotencyKey' is missing/
  ],
  [
    'a refund without its original',
    `await bursar.refundPayment({ accountId: 'alice', idempotencyKey: 'k' })`,
    /Property 'originalTransactionId' is missing/
  ],
  [
    'an amount of text',
    `await bursar.processPayment({ ...payment, amount: '1.00' })`,
    /'string' is not assignable to type 'Amount'/
  ],
  ['an amount as a whole number', `await bursar.processPayment({ ...payment, amount: 100 })`],
  [
    'a command of an unknown type',
    `await bursar.submit({ type: 'PrintMoney', ...payment })`,
    /'"PrintMoney"' is not assignable to type/
  ],
  [
    'a command without the fields of its type',
    `const command: Command = { type: 'Transfer', ...payment }; void command`,
    /Property 'to' is missing/
  ],
  [
    'the expiry of a hold, which nobody may command',
    `await bursar.submit({ type: 'ExpireHold', accountId: 'alice', authorizationId: 'h' })`,
    /'"ExpireHold"' is not assignable to type/
  ],
  [
    'a kind of transaction that does not exist',
    `bursar.listTransactions({ kind: 'chargeback' })`,
    /'"chargeback"' is not assignable to type/
  ],
  [
    'a balance at a time as text',
    `await bursar.getBalance('alice', { at: '2026-01-01' })`,
    /'string' is not assignable to type/
  ],
  [
    'an event that does not exist',
    `bursar.on('payment:made', () => undefined)`,
    /'"payment:made"' is not assignable to parameter/
  ]
]

describe('The types of the installed package', function () {
  // Building the package and compiling the programs take as long as the compiler needs on a busy machine.
  this.timeout(120_000)
  const sources: string[] = []
  let complaints: readonly string[] = []

  before(() => {
    const directory = installedPackage().newDirectory()
    for (const [index, [, program]] of PROGRAMS.entries()) {
      const source = join(directory, `program-${index}.ts`)
      writeFileSync(
        source,
        `${PREAMBLE}${program}\nvoid [assertApproved, payment]\nexport type { Approved, Command, ResultOf }\n`
      )
      sources.push(source)
    }
    complaints = compile(sources)
  })

  for (const [index, [title, , complaint]] of PROGRAMS.entries()) {
    it(`${complaint === undefined ? 'accept' : 'refuse'}: ${title}`, () => {
      const own = complaints.filter(text => text.startsWith(`${sources[index]!}:`))
      if (complaint === undefined) expect(own).to.deep.equal([])
      else {
        expect(own).to.have.length(1)
        expect(own[0]).to.match(complaint)
      }
    })
  }

  it('complain about nothing else', () => {
    expect(complaints.filter(text => !sources.some(source => text.startsWith(`${source}:`)))).to.deep.equal([])
  })
})
