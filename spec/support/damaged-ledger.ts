import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { openPaymentProcessor, type Command, type PaymentProcessor, type VerificationReport } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { manualClock } from 'bursar/testing'
import { expect } from 'chai'
import { eventfulLife } from './eventful-life.js'
import { collect } from './expectations.js'
import { temporaryDirectory } from './stores.js'

/** What a ledger answers, question by question. */
type Answers = ReadonlyMap<string, string>

/** A ledger to be damaged. */
export interface SoundLedger {
  /** A copy of its files. */
  copyTo(path: string): void
  /** Opens a copy and looks at it. */
  examine(path: string): Promise<Finding>
  dispose(): void
}

/** What comes of opening a copy, verifying it, and asking it everything. */
export interface Finding {
  /** Why it could not be opened. */
  readonly refusal: Error | undefined
  readonly report: VerificationReport | undefined
  /** Questions that were answered otherwise than by the sound ledger. */
  readonly wrong: readonly string[]
  /** Questions that were answered with an error, as the sound ledger does not. */
  readonly failed: readonly string[]
}

const ACCOUNTS = ['alice', 'bob', 'euro', 'late', 'payer', 'mallory']
const PAYMENTS = 60

const payment = (number: number): Command => ({
  type: 'ProcessPayment',
  accountId: 'payer',
  amount: BigInt(1 + (number % 7)),
  idempotencyKey: `order-${number}`
})

/** Lives through everything, and is left closed, or as a process leaves it that was killed. */
export async function soundLedger(isCrashed: boolean): Promise<SoundLedger> {
  const directory = temporaryDirectory()
  const path = join(directory.path, 'sound.db')
  const clock = manualClock()
  const open = (at: string) => openPaymentProcessor({ store: sqliteStore({ path: at }), clock })

  let bursar = await open(path)
  for (const step of eventfulLife(() => bursar, clock)) await step()
  const metadata = { name: 'A payer', plan: 'gold' }
  await bursar.createAccount({ accountId: 'payer', currency: 'USD', initialBalance: 10_000n, metadata })
  for (let number = 0; number < PAYMENTS; number++) await bursar.submit(payment(number))
  await bursar.close()
  bursar = await open(path)
  for (let number = PAYMENTS; number < PAYMENTS + 5; number++) await bursar.submit(payment(number))
  if (!isCrashed) await bursar.close()
  const left = join(directory.path, 'left.db')
  copy(path, left)
  if (isCrashed) await bursar.close()

  const { answers, finding } = await ask(left, join(directory.path, 'asked.db'))
  expect(finding.report).to.deep.include({ ok: true, problems: [] })
  return {
    copyTo: target => copy(left, target),
    examine: async target => (await ask(target, target, answers)).finding,
    dispose: () => directory.dispose()
  }

  async function ask(from: string, at: string, sound: Answers = new Map()) {
    if (from !== at) copy(from, at)
    let processor: PaymentProcessor
    try {
      processor = await open(at)
    } catch (error) {
      return { answers: sound, finding: { refusal: error as Error, report: undefined, wrong: [], failed: [] } }
    }
    try {
      const report = await processor.verify()
      const given = await answersOf(processor)
      const others = [...sound.keys()].filter(question => given.get(question) !== sound.get(question))
      const isFailed = (question: string) => given.get(question)!.startsWith(FAILED)
      const wrong = others.filter(question => !isFailed(question))
      return { answers: given, finding: { refusal: undefined, report, wrong, failed: others.filter(isFailed) } }
    } finally {
      // Damage may keep it from closing properly.
      await processor.close().catch(() => undefined)
    }
  }
}

const FAILED = 'Error '

async function answersOf(processor: PaymentProcessor): Promise<Answers> {
  const answers = new Map<string, string>()
  const ask = async (question: string, answer: () => Promise<unknown>) => {
    const text = await answer().then(
      value => JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)),
      (error: unknown) => FAILED + String((error as { code?: string }).code)
    )
    answers.set(question, text)
  }
  for (const accountId of ACCOUNTS) {
    await ask(`account ${accountId}`, () => processor.getAccount(accountId))
    await ask(`balance of ${accountId}`, () => processor.getBalance(accountId))
    await ask(`history of ${accountId}`, () => collect(processor.listTransactions({ accountId })))
  }
  await ask('all transactions', () => collect(processor.listTransactions()))
  await ask('count', () => processor.getTransactionCount())
  await ask('key lifetimes', () => processor.getKeyLifetimes())
  await ask('dead letters', () => collect(processor.deadLetters.list()))
  // Last, since what is not known happens now.
  for (let number = 0; number < PAYMENTS + 5; number++) {
    await ask(`payment ${number}`, () => processor.submit(payment(number)))
  }
  return answers
}

function copy(from: string, to: string): void {
  for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix)
}

/** Whether somebody was told that the ledger is damaged. */
export function isNoticed({ refusal, report, failed }: Finding): boolean {
  return refusal !== undefined || report?.ok === false || failed.length > 0
}
