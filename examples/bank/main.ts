/**
 * A real workload on the embedded default: a bank's year, or any file of that shape, goes from CSV into a SQLite file.
 * `--help` tells the arguments and the exit codes.
 */
import { bank } from './bank.js'

// The exit code is set, never forced: what is still on its way to a pipe arrives.
process.exitCode = await bank(process.argv.slice(2), process)
