import type { CliCommand } from './command.js'
import { backup } from './commands/backup.js'
import { balance } from './commands/balance.js'
import { checkpoint } from './commands/checkpoint.js'
import { create } from './commands/create.js'
import { discardDeadLetter, listDeadLetters, retryDeadLetter } from './commands/dead-letters.js'
import { doctor } from './commands/doctor.js'
import { exportFile } from './commands/export.js'
import { importFile } from './commands/import.js'
import { journal } from './commands/journal.js'
import { statement } from './commands/statement.js'
import { stats } from './commands/stats.js'
import { verify } from './commands/verify.js'

/** Every command, in the order of the help. A name of two words is given as two arguments. */
export const COMMANDS: readonly CliCommand[] = [
  create,
  importFile,
  balance,
  statement,
  journal,
  verify,
  checkpoint,
  exportFile,
  backup,
  listDeadLetters,
  retryDeadLetter,
  discardDeadLetter,
  stats,
  doctor
]
