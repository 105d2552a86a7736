import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { filesystemFinding, spaceFinding } from '../../lib/cli/doctor/filesystem.js'
import { holderIn } from '../../lib/cli/doctor/lock-holder.js'
import { preloadFinding } from '../../lib/cli/doctor/preload.js'
import { syncFinding } from '../../lib/cli/doctor/sync-latency.js'
import { bursar, bursarJson } from '../support/cli.js'
import { startLedgerProcess } from '../support/ledger-process.js'
import { sqliteLedger } from '../support/stores.js'

describe('bursar doctor', () => {
  let ledger: ReturnType<typeof sqliteLedger>

  beforeEach(async () => {
    ledger = sqliteLedger()
    await (await openPaymentProcessor({ store: ledger.store() })).close()
  })

  afterEach(() => ledger.dispose())

  it('makes every check, and leaves nothing behind', async () => {
    const before = readdirSync(dirname(ledger.path))
    const findings = await bursarJson('doctor', ledger.path)
    expect(findings.map(({ check }) => check)).to.deep.equal([
      'ledger',
      'writer',
      'preload',
      'filesystem',
      'sync',
      'settings',
      'space',
      'log',
      'tables',
      'letters'
    ])
    for (const { status, next } of findings) expect(next === undefined).to.equal(status === 'ok')
    const added = readdirSync(dirname(ledger.path)).filter(name => !before.includes(name))
    expect(added.filter(name => !/-(wal|shm)$/.test(name))).to.deep.equal([])
  })

  it('reads back the settings that a commit depends on', async () => {
    const findings = await bursarJson('doctor', ledger.path)
    expect(findings.find(({ check }) => check === 'settings')).to.include({
      status: 'ok',
      found: 'journal_mode wal, synchronous full'
    })
  })

  it('names the process that has the ledger open for writing', async function () {
    if (process.platform !== 'linux') this.skip()
    const writer = startLedgerProcess(ledger.path)
    writer.tell('open')
    await writer.nextLine()
    const findings = await bursarJson('doctor', ledger.path)
    expect(findings.find(({ check }) => check === 'writer')?.['found']).to.match(/^process \d+ \(.+\)$/)
    await writer.kill()
    const afterwards = await bursarJson('doctor', ledger.path)
    expect(afterwards.find(({ check }) => check === 'writer')?.['found']).to.match(/^nobody/)
  })

  it('goes on with the machine when there is no ledger, and fails', async () => {
    const { exitCode, stdout } = await bursar('doctor', join(dirname(ledger.path), 'missing.db'))
    expect(exitCode).to.equal(1)
    expect(stdout)
      .to.match(/^fail +ledger +Ledger .+ not found/m)
      .and.match(/^\w+ +sync /m)
  })

  it('fails where nothing survives a restart, and warns where it depends', () => {
    expect(filesystemFinding(0x01021994)).to.include({ status: 'fail', found: 'tmpfs' })
    expect(filesystemFinding(0x6969)).to.include({ status: 'fail', found: 'NFS' })
    expect(filesystemFinding(0xff534d42 | 0)).to.include({ status: 'fail', found: 'CIFS' })
    expect(filesystemFinding(0x794c7630)).to.include({ status: 'warn', found: 'overlayfs' })
    expect(filesystemFinding(0xef53)).to.include({ status: 'ok', found: 'ext4' })
    expect(filesystemFinding(0x12345)).to.include({ status: 'ok', found: 'type 0x12345' })
  })

  it('does not believe a disk that is faster than any, and warns of a slow one', () => {
    expect(syncFinding(2)).to.include({ status: 'warn' })
    expect(syncFinding(300)).to.include({ status: 'ok' })
    expect(syncFinding(200_000)).to.include({ status: 'warn' })
  })

  it('fails when a library swallows syncs, and warns of any that is loaded first', () => {
    expect(preloadFinding({}, ['', ''])).to.include({ status: 'ok' })
    expect(preloadFinding({ LD_PRELOAD: '/usr/lib/libfaketime.so' }, ['', ''])).to.include({ status: 'warn' })
    expect(preloadFinding({}, ['', '7f00 r-xp /usr/lib/libeatmydata.so.1.3.0'])).to.include({ status: 'fail' })
  })

  it('fails when the disk is nearly full, and warns when a backup would not fit', () => {
    expect(spaceFinding(1_000, 10)).to.include({ status: 'fail' })
    expect(spaceFinding(10 ** 9, 10 ** 10)).to.include({ status: 'warn' })
    expect(spaceFinding(10 ** 11, 10 ** 10)).to.include({ status: 'ok', found: '93.1 GiB free' })
  })

  it('finds the writer among all locks of the machine', () => {
    const table = `1: POSIX  ADVISORY  WRITE 812 fd:00:77 1073741824 1073742335
2: FLOCK  ADVISORY  WRITE 813 fd:00:78 0 EOF
3: POSIX  ADVISORY  READ 814 fd:00:78 1073741826 1073742335
4: -> POSIX  ADVISORY  WRITE 815 fd:00:78 1073741824 1073741824
5: POSIX  ADVISORY  WRITE 816 fd:00:78 1073741824 1073742335
`
    expect(holderIn(table, 78)).to.equal(816)
    expect(holderIn(table, 77)).to.equal(812)
    expect(holderIn(table, 79)).to.equal(undefined)
    expect(holderIn('', 78)).to.equal(undefined)
  })
})
