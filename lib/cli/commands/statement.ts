import { formatMoney, type LedgerReader, type Transaction } from '../../index.js'
import { time } from '../arguments.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'

export const statement: CliCommand = {
  name: 'statement',
  summary: 'opening balance, every movement, and closing balance of an account',
  positionals: ['ledger', 'account'],
  options: [
    {
      name: 'from',
      value: 'TIME',
      help: 'the first moment that belongs to it: a day (UTC), or a moment with its offset'
    },
    { name: 'to', value: 'TIME', help: 'the first moment that no longer belongs to it' }
  ],
  async run({ positionals: [path, account], text, output }) {
    const from = mapped(text('from'), value => time('--from', value))
    const to = mapped(text('to'), value => time('--to', value))
    await using reader = await readLedger(path!)
    const { accountId, currency, createdAt } = await reader.getAccount(account!)
    const closing = await reader.getBalance(
      accountId,
      to === undefined ? undefined : { at: new Date(to.getTime() - 1) }
    )
    const line = (what: string, at: Date | undefined, amount: bigint | null, after: bigint, more: object = {}) =>
      output.answer({ line: what, accountId, currency, at, amount, balance: after, ...more }, () => [
        [
          (at ?? createdAt).toISOString(),
          what.padEnd(WHAT_WIDTH),
          (amount === null ? '' : formatMoney(amount, currency)).padStart(AMOUNT_WIDTH),
          formatMoney(after, currency).padStart(AMOUNT_WIDTH)
        ].join('  ')
      ])

    let balance: bigint | undefined
    for await (const transaction of reader.listTransactions({ accountId, ...(from && { from }), ...(to && { to }) })) {
      if (output.readerLeft.aborted || transaction.sequence > closing.sequence) break
      if (balance === undefined) {
        balance = await balanceBefore(reader, transaction, accountId)
        await line('opening', from, null, balance)
      }
      const amount = changeOf(transaction, accountId)
      if (amount === 0n) continue
      balance += amount
      const { kind, timestamp, transactionId, sequence, metadata } = transaction
      await line(kind, timestamp, amount, balance, { transactionId, sequence, metadata })
    }
    if (output.readerLeft.aborted) return EXIT.ok
    if (balance === undefined) await line('opening', from, null, closing.posted)
    await line('closing', to ?? new Date(), null, closing.posted)
    if (balance === undefined || balance === closing.posted) return EXIT.ok
    output.note(`The lines add up to ${balance} minor units and not to the balance. Run: bursar verify`)
    return EXIT.attention
  }
}

const WHAT_WIDTH = 13
const AMOUNT_WIDTH = 16

function mapped<T>(value: string | undefined, map: (value: string) => T): T | undefined {
  return value === undefined ? undefined : map(value)
}

/** Right before a transaction, so that an account which was opened within the period has its opening balance too. */
async function balanceBefore(reader: LedgerReader, { sequence }: Transaction, accountId: string): Promise<bigint> {
  return (await reader.getBalance(accountId, { at: sequence - 1 })).posted
}

/** Legs in, less legs out; authorizations, voids and expiries move nothing. */
function changeOf({ legs }: Transaction, accountId: string): bigint {
  return legs.reduce(
    (change, { from, to, amount }) => change + (to === accountId ? amount : 0n) - (from === accountId ? amount : 0n),
    0n
  )
}
