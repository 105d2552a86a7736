import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { openLedgerReader, openPaymentProcessor, StoreFormatError, StoreLockedError } from 'bursar'
import { sqliteStore } from 'bursar/sqlite'
import { expect } from 'chai'
import { rejectionOf } from '../support/expectations.js'
import { temporaryDirectory } from '../support/stores.js'

const open = (path: string) => openPaymentProcessor({ store: sqliteStore({ path }) })

describe('a ledger file with several names', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let path: string
  let mounted: string | undefined

  beforeEach(async () => {
    directory = temporaryDirectory()
    mkdirSync(join(directory.path, 'data'))
    path = join(directory.path, 'data', 'payments.db')
    const processor = await open(path)
    await processor.createAccount({ accountId: 'alice', currency: 'USD', initialBalance: 100n })
    await processor.close()
  })

  afterEach(() => {
    if (mounted !== undefined) spawnSync('umount', ['-l', mounted])
    mounted = undefined
    directory.dispose()
  })

  /** Whichever name was first: the other is refused, and nothing was written under it. */
  async function expectOneLock(alias: string): Promise<void> {
    for (const [first, second] of [
      [path, alias],
      [alias, path]
    ] as const) {
      const processor = await open(first)
      await rejectionOf(open(second), StoreLockedError)
      await processor.deposit({ accountId: 'alice', amount: 1n, idempotencyKey: first })
      await processor.close()
    }
  }

  it('has one lock through a symbolic link', async () => {
    const alias = join(directory.path, 'link.db')
    symlinkSync(path, alias)
    await expectOneLock(alias)
  })

  it('has one lock through a chain of symbolic links', async () => {
    const alias = join(directory.path, 'second.db')
    symlinkSync('data/payments.db', join(directory.path, 'first.db'))
    symlinkSync('first.db', alias)
    await expectOneLock(alias)
  })

  it('has one lock through a symbolic link to its directory', async () => {
    symlinkSync('data', join(directory.path, 'link'))
    await expectOneLock(join(directory.path, 'link', 'payments.db'))
  })

  it('has one lock through /proc/self/root', async function () {
    const alias = `/proc/self/root${path}`
    if (!existsSync(alias)) return skip(this, 'there is no /proc/self/root')
    await expectOneLock(alias)
  })

  it('has one lock in another case, where the file system does not tell them apart', async function () {
    const alias = join(dirname(path), 'PAYMENTS.DB')
    if (!existsSync(alias)) return skip(this, 'this file system tells upper from lower case')
    await expectOneLock(alias)
  })

  it('has one lock before it exists, through a symbolic link that leads to its place', async () => {
    const target = join(directory.path, 'data', 'new.db')
    const alias = join(directory.path, 'link.db')
    symlinkSync('data/new.db', alias)
    const first = await open(alias)
    await rejectionOf(open(target), StoreLockedError)
    expect(readdirSync(directory.path)).to.have.members(['data', 'link.db'])
    await first.close()
    const second = await open(target)
    await rejectionOf(open(alias), StoreLockedError)
    await second.close()
  })

  it('is refused when symbolic links lead in a circle', async () => {
    symlinkSync('two.db', join(directory.path, 'one.db'))
    symlinkSync('one.db', join(directory.path, 'two.db'))
    await rejectionOf(open(join(directory.path, 'one.db')), StoreFormatError)
  })

  it('is refused under all of them while it has a hard link, by writers and readers, and is served when that is gone', async () => {
    const alias = join(directory.path, 'hard.db')
    linkSync(path, alias)
    for (const name of [path, alias]) {
      const error = await rejectionOf(open(name), StoreFormatError)
      expect(error.message).to.contain(name).and.contain('hard link')
      await rejectionOf(openLedgerReader({ store: sqliteStore({ path: name }) }), StoreFormatError)
    }
    expect(readdirSync(directory.path)).to.have.members(['data', 'hard.db'])
    rmSync(alias)
    await (await open(path)).close()
  })

  it('is refused where it is a mount point, by writers and readers', async function () {
    const alias = join(directory.path, 'mounted file.db')
    writeFileSync(alias, '')
    const mount = spawnSync('mount', ['--bind', path, alias], { encoding: 'utf8' })
    if (mount.status !== 0) return skip(this, `bind mounts are not permitted: ${mount.error?.message ?? mount.stderr}`)
    mounted = alias
    const error = await rejectionOf(open(alias), StoreFormatError)
    expect(error.message).to.contain(alias).and.contain('mount point')
    await rejectionOf(openLedgerReader({ store: sqliteStore({ path: alias }) }), StoreFormatError)
    expect(readdirSync(directory.path)).to.have.members(['data', basename(alias)])
  })

  it('has one lock where its directory is mounted twice', async function () {
    const alias = join(directory.path, 'mounted')
    mkdirSync(alias)
    const mount = spawnSync('mount', ['--bind', dirname(path), alias], { encoding: 'utf8' })
    if (mount.status !== 0) return skip(this, `bind mounts are not permitted: ${mount.error?.message ?? mount.stderr}`)
    mounted = alias
    await expectOneLock(join(alias, 'payments.db'))
  })
})

function skip(context: Mocha.Context, reason: string): void {
  console.log(`      skipped: ${reason}`)
  context.skip()
}
