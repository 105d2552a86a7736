import type { AccountPattern, Trial } from './trial.js'

/** A peer as the report shows it, and how much work keeps it busy for a second or two on a small machine. */
export interface PeerEntry {
  readonly name: string
  readonly title: string
  /** Whether its answers survive a power cut; the two kinds are charted apart. */
  readonly kind: 'memory' | 'disk'
  /** Measured payments by callers in flight; what is missing is not run. */
  readonly payments: { readonly [inFlight: number]: number }
  /** The account patterns to run; all of them where it is missing. */
  readonly accounts?: readonly AccountPattern[]
}

/** In the order of the report. A new peer is one file in `bench/peers` and one entry here. */
export const PEERS: readonly PeerEntry[] = [
  {
    name: 'bare-queue',
    title: 'bare p-queue, empty task',
    kind: 'memory',
    payments: { 1: 600_000, 10: 600_000, 100: 500_000, 1_000: 350_000, 10_000: 200_000 },
    accounts: ['uniform']
  },
  {
    name: 'single-lock',
    title: 'one lock, Maps',
    kind: 'memory',
    payments: { 1: 800_000, 10: 700_000, 100: 600_000, 1_000: 450_000, 10_000: 400_000 }
  },
  {
    name: 'account-locks',
    title: 'a lock per account, Maps',
    kind: 'memory',
    payments: { 1: 600_000, 10: 600_000, 100: 600_000, 1_000: 450_000, 10_000: 350_000 }
  },
  {
    name: 'bursar-memory',
    title: 'Bursar, memoryStore',
    kind: 'memory',
    payments: { 1: 30_000, 10: 40_000, 100: 60_000, 1_000: 80_000, 10_000: 80_000 }
  },
  {
    name: 'bursar-memory-instrumented',
    title: 'Bursar, memoryStore, with metrics',
    kind: 'memory',
    payments: { 1: 30_000, 100: 60_000, 1_000: 80_000 },
    accounts: ['uniform']
  },
  {
    name: 'fsync-probe',
    title: 'append 4 KiB + fdatasync, no ledger',
    kind: 'disk',
    payments: { 1: 4_000 },
    accounts: ['uniform']
  },
  {
    name: 'sqlite-transaction',
    title: 'one SQLite transaction per payment',
    kind: 'disk',
    payments: { 1: 6_000, 10: 6_000, 100: 6_000, 1_000: 6_000, 10_000: 10_000 }
  },
  {
    name: 'bursar-sqlite',
    title: 'Bursar, sqliteStore',
    kind: 'disk',
    payments: { 1: 3_000, 10: 10_000, 100: 25_000, 1_000: 50_000, 10_000: 50_000 }
  }
]

/** Which cells of the matrix to run, how often, and how long. */
export interface Plan {
  readonly cells: readonly { readonly accounts: AccountPattern; readonly inFlight: number }[]
  /** Every trial is run this many times, and the report shows medians. */
  readonly repeats: number
  /** Multiplies the payments of every trial. */
  readonly scale: number
}

const IN_FLIGHT = [1, 10, 100, 1_000, 10_000]

export const FULL_PLAN: Plan = {
  cells: (['uniform', 'hot'] as const).flatMap(accounts => IN_FLIGHT.map(inFlight => ({ accounts, inFlight }))),
  repeats: 5,
  scale: 1
}

/** About a minute on two idle cores: enough to see every target. */
export const QUICK_PLAN: Plan = {
  cells: [
    { accounts: 'uniform', inFlight: 1 },
    { accounts: 'uniform', inFlight: 100 },
    { accounts: 'uniform', inFlight: 1_000 }
  ],
  repeats: 2,
  scale: 0.3
}

const WARM_UP_SHARE = 0.2

/** The trials of one repeat: all peers of one cell next to each other, so that they meet the same weather. */
export function trialsOf(plan: Plan, peers: readonly PeerEntry[] = PEERS): readonly Trial[] {
  return plan.cells.flatMap(({ accounts, inFlight }) =>
    peers.flatMap(peer => {
      const planned = peer.payments[inFlight]
      if (planned === undefined || peer.accounts?.includes(accounts) === false) return []
      // Fewer payments than callers would leave some of the callers without work.
      const payments = Math.max(Math.round(planned * plan.scale), inFlight)
      const warmUp = Math.round(payments * WARM_UP_SHARE)
      return [{ name: `${peer.name}/${accounts}/${inFlight}`, peer: peer.name, accounts, inFlight, payments, warmUp }]
    })
  )
}
