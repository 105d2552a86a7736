import { formatMoney } from '../../index.js'
import { count, time } from '../arguments.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { grouped, labelled } from '../print-import.js'

export const balance: CliCommand = {
  name: 'balance',
  summary: 'what an account has, now or at a moment of the past',
  positionals: ['ledger', 'account'],
  options: [
    { name: 'at', value: 'MOMENT', help: 'a sequence of the ledger, a day (UTC), or a moment with its offset' }
  ],
  async run({ positionals: [path, accountId], text, output }) {
    const at = text('at')
    const moment = at === undefined ? undefined : /^\d+$/.test(at) ? count('--at', at) : time('--at', at)
    await using reader = await readLedger(path!)
    const found = await reader.getBalance(accountId!, moment === undefined ? undefined : { at: moment })
    const { currency, posted, held, available, sequence } = found
    await output.answer({ accountId, ...found }, () => [
      labelled('Account', accountId!),
      labelled('Posted', `${formatMoney(posted, currency)} ${currency}`),
      labelled('Held', `${formatMoney(held, currency)} ${currency}`),
      labelled('Available', `${formatMoney(available, currency)} ${currency}`),
      labelled('As of entry', grouped(sequence))
    ])
    return EXIT.ok
  }
}
