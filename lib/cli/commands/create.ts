import { openPaymentProcessor } from '../../index.js'
import { sqliteStore } from '../../store/sqlite/index.js'
import type { CliCommand } from '../command.js'
import { EXIT } from '../exit-code.js'
import { labelled } from '../layout.js'

export const create: CliCommand = {
  name: 'create',
  summary: 'makes a new, empty ledger',
  positionals: ['ledger'],
  options: [],
  notes:
    "Never touches a file that exists. An application that opens its ledger with create: 'never' then stops at a wrong path\n" +
    'or a missing volume, instead of beginning with an empty ledger that knows no idempotency keys.',
  async run({ positionals: [path], output }) {
    const store = sqliteStore({ path: path!, create: 'new' })
    const processor = await openPaymentProcessor({ store })
    await processor.close()
    await output.answer({ created: path }, () => [labelled('Created', path!)])
    return EXIT.ok
  }
}
