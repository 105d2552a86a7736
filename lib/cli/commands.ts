import type { CliCommand } from './command.js'
import { backup } from './commands/backup.js'
import { balance } from './commands/balance.js'
import { doctor } from './commands/doctor.js'
import { importFile } from './commands/import.js'
import { journal } from './commands/journal.js'
import { statement } from './commands/statement.js'
import { stats } from './commands/stats.js'
import { verify } from './commands/verify.js'

/** Every command, in the order of the help. */
export const COMMANDS: readonly CliCommand[] = [importFile, balance, statement, journal, verify, backup, stats, doctor]
