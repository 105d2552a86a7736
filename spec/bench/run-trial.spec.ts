import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import type { Job } from '../../bench/job.js'
import { MapLedger } from '../../bench/peers/map-ledger.js'
import type { Books, Peer } from '../../bench/peers/peer.js'
import { runTrial } from '../../bench/run-trial.js'
import { temporaryDirectory } from '../support/stores.js'

const TRIAL = { name: 'test', peer: 'test', accounts: 'uniform', inFlight: 3, payments: 20, warmUp: 4 } as const

/** A correct peer, except for what a spec breaks. */
function peerWith(broken: { pay?: (payment: number) => boolean; books?: (books: Books, job: Job) => Books }): Peer {
  return {
    async open(job) {
      const ledger = new MapLedger(job)
      return {
        pay: async payment => broken.pay?.(payment) ?? ledger.pay(job.accountOf(payment), job.keyOf(payment)),
        isApproved: answer => answer === true,
        settle: async () => broken.books?.(ledger.books(), job) ?? ledger.books()
      }
    }
  }
}

describe('runTrial', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  beforeEach(() => (directory = temporaryDirectory()))
  afterEach(() => directory.dispose())

  const failure = async (peer: Peer): Promise<string> =>
    runTrial(TRIAL, directory.path, { peer }).then(
      () => 'nothing wrong found',
      (error: Error) => error.message
    )

  it('finds nothing wrong with correct books', async () => {
    expect(await failure(peerWith({}))).to.equal('nothing wrong found')
  })

  it('refuses an approval that is missing', async () => {
    const peer = peerWith({ pay: payment => payment !== 7 })
    expect(await failure(peer)).to.contain('expected approved payments to be 24, got 23')
  })

  it('refuses an approval without a record', async () => {
    const peer = peerWith({ pay: () => true })
    expect(await failure(peer)).to.contain('expected recorded payments to be 24, got 0')
  })

  it('refuses money that did not arrive', async () => {
    const peer = peerWith({ books: books => ({ ...books, received: books.received - 1n }) })
    expect(await failure(peer)).to.contain('expected received to be 24, got 23')
  })

  it('refuses a payment taken from the wrong account', async () => {
    const peer = peerWith({
      books(books, job) {
        const [right, wrong] = [job.accountOf(0), 'account-9999']
        const balances = new Map(books.balances)
        balances.set(right, balances.get(right)! + 1n).set(wrong, balances.get(wrong)! - 1n)
        return { ...books, balances }
      }
    })
    expect(await failure(peer)).to.match(/expected balance of account-\d+ to be \d+, got \d+/)
  })

  it('refuses an account too many', async () => {
    const peer = peerWith({ books: books => ({ ...books, balances: new Map([...books.balances, ['extra', 0n]]) }) })
    expect(await failure(peer)).to.contain('expected accounts to be 10000, got 10001')
  })

  it('removes its files when a peer fails', async () => {
    const peer: Peer = { open: () => Promise.reject(new Error('no such thing')) }
    expect(await failure(peer)).to.equal('no such thing')
    expect(readdirSync(directory.path)).to.deep.equal([])
  })

  it('undoes what a peer started, the last first, when it fails', async () => {
    const undone: string[] = []
    const peer: Peer = {
      async open(job) {
        job.atEnd(async () => void undone.push('first'))
        job.atEnd(async () => void undone.push('second'))
        throw new Error('no such thing')
      }
    }
    expect(await failure(peer)).to.equal('no such thing')
    expect(undone).to.deep.equal(['second', 'first'])
  })

  it('undoes what a peer started when it is interrupted, and what it starts meanwhile', async () => {
    const interruption = new AbortController()
    const undone: string[] = []
    const peer: Peer = {
      open(job) {
        job.atEnd(async () => {
          undone.push('first')
          job.atEnd(async () => void undone.push('meanwhile'))
        })
        interruption.abort(new Error('interrupted'))
        return new Promise(() => undefined)
      }
    }
    const ended = await runTrial(TRIAL, directory.path, { peer, signal: interruption.signal }).catch(
      (error: Error) => error.message
    )
    expect(ended).to.equal('interrupted')
    expect(undone).to.deep.equal(['first', 'meanwhile'])
    expect(readdirSync(directory.path)).to.deep.equal([])
  })

  it('keeps exactly as many payments in flight as asked', async () => {
    let inFlight = 0
    let most = 0
    const peer: Peer = {
      open: async () => ({
        async pay() {
          most = Math.max(most, ++inFlight)
          await Promise.resolve()
          inFlight--
        },
        isApproved: () => true,
        settle: async () => null
      })
    }
    await runTrial(TRIAL, directory.path, { peer })
    expect(most).to.equal(3)
  })
})
