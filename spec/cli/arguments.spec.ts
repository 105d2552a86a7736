import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { COMMANDS } from '../../lib/cli/commands.js'
import { REPOSITORY } from '../packaging/installed-package.js'
import { bursar, bursarJson } from '../support/cli.js'
import { sqliteLedger } from '../support/stores.js'

describe('The arguments of the command line', () => {
  const ledger = sqliteLedger()
  const directory = dirname(ledger.path)

  before(async () => {
    await using processor = await openPaymentProcessor({ store: ledger.store() })
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100_00n })
    writeFileSync(join(directory, 'no.json'), 'checkpoint')
  })

  after(() => ledger.dispose())

  describe('ask for help', () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      it(`with ${args.join(' ')}: every command and every exit code`, async () => {
        const { exitCode, stdout } = await bursar(...args)
        expect(exitCode).to.equal(0)
        for (const { name } of COMMANDS) expect(stdout).to.match(new RegExp(`^  ${name} `, 'm'))
        for (const code of [0, 1, 2, 130, 143]) expect(stdout).to.match(new RegExp(`\\b${code}\\b`))
      })
    }

    for (const { name, positionals, options } of COMMANDS) {
      it(`on ${name}, without a ledger, in every way that is usual`, async () => {
        const words = name.split(' ')
        const [first, ...others] = await Promise.all(
          [
            ['help', ...words],
            ['--help', ...words],
            [...words, '--help'],
            [...words, '-h']
          ].map(args => bursar(...args))
        )
        expect(first!.exitCode).to.equal(0)
        for (const other of others) expect(other).to.deep.equal(first)
        expect(first!.stdout).to.contain(`bursar ${name}`)
        for (const positional of positionals) expect(first!.stdout).to.contain(`<${positional}>`)
        for (const option of [...options.map(one => one.name), 'json', 'help']) {
          expect(first!.stdout).to.contain(`--${option}`)
        }
      })
    }

    it('on a word that several commands share: all of them', async () => {
      const { exitCode, stdout } = await bursar('help', 'dead-letters')
      expect(exitCode).to.equal(0)
      expect(stdout).to.contain('dead-letters list').and.contain('dead-letters discard').and.not.contain('balance')
    })

    it('by being none, which is a mistake', async () => {
      const { exitCode, stdout } = await bursar()
      expect(exitCode).to.equal(2)
      expect(stdout).to.contain('Usage: bursar')
    })
  })

  it('ask for the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string }
    expect(await bursar('--version')).to.include({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    expect(await bursarJson('--version')).to.deep.equal([{ version }])
  })

  it('may ask for JSON before the command as well', async () => {
    const { stdout } = await bursar('--json', 'balance', ledger.path, 'alice')
    expect(JSON.parse(stdout)).to.include({ accountId: 'alice', posted: '10000' })
  })

  const wrong: readonly (readonly [args: string, message: string])[] = [
    ['blance LEDGER alice', 'Unknown command "blance". Did you mean balance?\nSee bursar --help.'],
    ['help blance', 'Unknown command "blance". Did you mean balance?\nSee bursar --help.'],
    ['zzz', 'Unknown command "zzz".\nSee bursar --help.'],
    ['dead-letters lst', 'Unknown command "dead-letters lst". Did you mean dead-letters list?\nSee bursar --help.'],
    [
      'dead-letters',
      'Incomplete command "dead-letters". Name one of dead-letters list, dead-letters retry, dead-letters discard.\n' +
        'See bursar --help.'
    ],
    [
      '--at 1 balance LEDGER alice',
      'Option --at comes before any command. Name the command first: bursar <command> …\nSee bursar --help.'
    ],
    [
      'balance',
      'Missing <ledger> and <account>. Usage: bursar balance <ledger> <account> [options]\nSee bursar help balance.'
    ],
    [
      'balance LEDGER',
      'Missing <account>. Usage: bursar balance <ledger> <account> [options]\nSee bursar help balance.'
    ],
    [
      'balance LEDGER alice bob',
      'Unexpected argument "bob". Usage: bursar balance <ledger> <account> [options] ' +
        '(Put text with spaces in quotes.)\nSee bursar help balance.'
    ],
    [
      'balance LEDGER alice --att 1',
      'Unknown option --att of bursar balance. Did you mean --at?\nSee bursar help balance.'
    ],
    ['verify LEDGER --quickly', 'Unknown option --quickly of bursar verify.\nSee bursar help verify.'],
    [
      'balance LEDGER alice --at',
      'Option --at of bursar balance needs a value: --at MOMENT.\nSee bursar help balance.'
    ],
    [
      'export LEDGER --format --after 1',
      'Option --format of bursar export needs a value: --format FORMAT.\nSee bursar help export.'
    ],
    ['journal LEDGER --json=yes', 'Option --json of bursar journal takes no value.\nSee bursar help journal.'],
    ['balance LEDGER alice --at 1 --at 2', 'Option --at was given more than once.\nSee bursar help balance.'],
    [
      'balance LEDGER alice --at noon',
      'Expected --at to be a day such as 2026-01-31 (UTC) or a moment such as 2026-01-31T12:00:00Z, got "noon".\n' +
        'See bursar help balance.'
    ],
    ['balance LEDGER alice --at 99', 'Expected --at to be an entry from 0 to 1, got 99.'],
    [
      'journal LEDGER --after -1',
      'Expected --after to be a whole number from 0 to 9007199254740991, got "-1".\nSee bursar help journal.'
    ],
    [
      'journal LEDGER --limit 0',
      'Expected --limit to be a whole number from 1 to 9007199254740991, got "0".\nSee bursar help journal.'
    ],
    ['export LEDGER --format xml', 'Expected --format to be one of ndjson, csv, got "xml".\nSee bursar help export.'],
    [
      'balance LEDGER alcie',
      'Account "alcie" not found. Check the id: bursar journal shows every account, where it was created.'
    ],
    [
      'balance LEDGER @settlement',
      'Account "@settlement" not found. System accounts exist once per currency, from the first movement that needs ' +
        'them; this ledger has @funding:USD.'
    ],
    [
      'dead-letters retry LEDGER x',
      'Dead letter "x" not found. It may have been executed or discarded meanwhile: bursar dead-letters list shows ' +
        'what is left.'
    ]
  ]
  for (const [line, message] of wrong) {
    const args = line.split(' ').map(arg => (arg === 'LEDGER' ? ledger.path : arg))

    it(`that have no meaning are refused with the reason and exit code 2: ${line}`, async () => {
      const { exitCode, stdout, stderr } = await bursar(...args)
      expect({ exitCode, stdout, stderr }).to.deep.equal({ exitCode: 2, stdout: '', stderr: `${message}\n` })
    })
  }

  it('that contradict each other are refused: JSON as CSV', async () => {
    const { exitCode, stdout, stderr } = await bursar('export', ledger.path, '--format', 'csv', '--json')
    expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: '' })
    expect(JSON.parse(stderr)).to.have.nested.property('error.code', 'ERR_USAGE')
  })

  it('that name a file which holds no checkpoint are refused in the words of the command line', async () => {
    const { exitCode, stderr } = await bursar('verify', ledger.path, '--since', join(directory, 'no.json'))
    expect(exitCode).to.equal(2)
    expect(stderr).to.match(/^File .* holds no checkpoint\./)
    writeFileSync(join(directory, 'other.json'), '{}')
    const other = await bursar('verify', ledger.path, '--since', join(directory, 'other.json'))
    expect(other.exitCode).to.equal(2)
    expect(other.stderr).to.match(/^File .* holds no checkpoint\./)
  })

  it('with a mistyped path make no ledger, not even for commands that write', async () => {
    const missing = join(directory, 'missing.db')
    for (const command of ['verify', 'stats', 'journal', 'dead-letters retry ID', 'dead-letters discard ID why']) {
      const [name, verb, ...rest] = command.split(' ')
      const args = verb === undefined ? [name!, missing] : [name!, verb, missing, ...rest]
      const { exitCode, stderr } = await bursar(...args)
      expect(exitCode, command).to.equal(2)
      expect(stderr).to.contain(missing)
      expect(existsSync(missing), command).to.equal(false)
    }
  })
})
