import { formatMoney } from '../../index.js'
import { count, time } from '../arguments.js'
import { readLedger, type CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { grouped, labelled } from '../layout.js'

export const balance: CliCommand = {
  name: 'balance',
  summary: 'what an account has, now or at a moment of the past',
  positionals: ['ledger', 'account'],
  options: [
    { name: 'at', value: 'MOMENT', help: 'a sequence of the ledger, a day (UTC), or a moment with its offset' }
  ],
  async run({ positionals: [path, named], text, output }) {
    const at = text('at')
    const moment = at === undefined ? undefined : /^\d+$/.test(at) ? count('--at', at) : time('--at', at)
    await using reader = await readLedger(path!)
    const found = await reader.getBalance(named!, moment === undefined ? undefined : { at: moment })
    const { currency, posted, held, available, sequence } = found
    // A bare system name stands for the account of one currency, and the answer says which.
    const { accountId } = await reader.getAccount(named!)
    await output.answer({ accountId, ...found }, () => [
      labelled('Account', accountId),
      labelled('Posted', `${formatMoney(posted, currency)} ${currency}`),
      labelled('Held', `${formatMoney(held, currency)} ${currency}`),
      labelled('Available', `${formatMoney(available, currency)} ${currency}`),
      labelled('As of entry', grouped(sequence))
    ])
    return EXIT.ok
  }
}
