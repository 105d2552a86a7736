import { openDatabase } from '../../lib/store/sqlite/database/driver.js'

/** A program of its own: begins to read the SQLite file named as its argument, and stays at that moment until its input ends. */
const [, , path = ''] = process.argv
const database = openDatabase(path, { readOnly: true })
database.exec('BEGIN')
database.prepare('SELECT count(*) FROM sqlite_schema').get()
process.stdout.write('reading\n')
for await (const _ of process.stdin);
database.exec('ROLLBACK')
database.close()
