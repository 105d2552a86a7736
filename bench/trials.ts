import type { AccountPattern, Trial } from './trial.js'

/** A peer as the report shows it, and how much work keeps it busy for a second or two on a small machine. */
export interface PeerEntry {
  readonly name: string
  readonly title: string
  /** Whether its answers survive a power cut; the two kinds are charted apart. */
  readonly kind: 'memory' | 'disk'
  /** Measured payments by callers in flight; what is missing is not run. */
  readonly payments: { readonly [inFlight: number]: number }
  /** Payments before the clock starts: the same on both sides of every target. */
  readonly warmUp: number
  /** The account patterns to run; all of them where it is missing. */
  readonly accounts?: readonly AccountPattern[]
}

/** Past the time in which code is compiled. */
const MEMORY_WARM_UP = 50_000

/** Past the time in which SQLite's log grows, too: writing over what a file holds is faster than making it longer. */
const SQLITE_WARM_UP = 8_000

/** A server's first payments fill its caches and plan its statements. */
const POSTGRES_WARM_UP = 1_000

/** In the order of the report. A new peer is one file in `bench/peers` and one entry here. */
export const PEERS: readonly PeerEntry[] = [
  {
    name: 'bare-queue',
    title: 'bare p-queue, empty task',
    kind: 'memory',
    payments: { 1: 600_000, 10: 600_000, 100: 500_000, 1_000: 350_000, 10_000: 200_000 },
    warmUp: MEMORY_WARM_UP,
    accounts: ['uniform']
  },
  {
    name: 'single-lock',
    title: 'one lock, Maps',
    kind: 'memory',
    payments: { 1: 800_000, 10: 700_000, 100: 600_000, 1_000: 450_000, 10_000: 400_000 },
    warmUp: MEMORY_WARM_UP
  },
  {
    name: 'account-locks',
    title: 'a lock per account, Maps',
    kind: 'memory',
    payments: { 1: 600_000, 10: 600_000, 100: 600_000, 1_000: 450_000, 10_000: 350_000 },
    warmUp: MEMORY_WARM_UP
  },
  {
    name: 'bursar-memory',
    title: 'Bursar, memoryStore',
    kind: 'memory',
    payments: { 1: 40_000, 10: 80_000, 100: 100_000, 1_000: 100_000, 10_000: 100_000 },
    warmUp: MEMORY_WARM_UP
  },
  {
    name: 'bursar-memory-instrumented',
    title: 'Bursar, memoryStore, with metrics',
    kind: 'memory',
    payments: { 1: 40_000, 100: 100_000, 1_000: 100_000 },
    warmUp: MEMORY_WARM_UP,
    accounts: ['uniform']
  },
  {
    name: 'fsync-probe',
    title: 'append 4 KiB + fdatasync, no ledger',
    kind: 'disk',
    payments: { 1: 4_000 },
    warmUp: 1_000,
    accounts: ['uniform']
  },
  {
    name: 'sqlite-transaction',
    title: 'one SQLite transaction per payment',
    kind: 'disk',
    payments: { 1: 6_000, 10: 5_000, 100: 5_000, 1_000: 6_000, 10_000: 10_000 },
    warmUp: SQLITE_WARM_UP
  },
  {
    name: 'postgres-row-lock',
    title: 'PostgreSQL, SELECT … FOR UPDATE',
    kind: 'disk',
    payments: { 1: 1_000, 10: 2_500, 100: 2_500, 1_000: 4_000, 10_000: 10_000 },
    warmUp: POSTGRES_WARM_UP
  },
  {
    name: 'postgres-statement',
    title: 'PostgreSQL, one conditional UPDATE',
    kind: 'disk',
    payments: { 1: 1_000, 10: 2_500, 100: 3_000, 1_000: 4_000, 10_000: 10_000 },
    warmUp: POSTGRES_WARM_UP
  },
  {
    name: 'bursar-sqlite',
    title: 'Bursar, sqliteStore',
    kind: 'disk',
    payments: { 1: 6_000, 10: 15_000, 100: 50_000, 1_000: 80_000, 10_000: 80_000 },
    warmUp: SQLITE_WARM_UP
  }
]

/** Which cells of the matrix to run, how often, and how long. */
export interface Plan {
  readonly cells: readonly PlanCell[]
  /** Every trial is run this many times, and the report shows medians. */
  readonly repeats: number
  /** Multiplies the measured payments of every trial; the warm-up stays. */
  readonly scale: number
}

export interface PlanCell {
  readonly accounts: AccountPattern
  readonly inFlight: number
  /** Names of peers; all of them where it is missing. */
  readonly peers?: readonly string[]
}

const IN_FLIGHT = [1, 10, 100, 1_000, 10_000]

export const FULL_PLAN: Plan = {
  cells: (['uniform', 'hot'] as const).flatMap(accounts => IN_FLIGHT.map(inFlight => ({ accounts, inFlight }))),
  repeats: 5,
  scale: 1
}

const BURSARS = ['bursar-memory', 'bursar-sqlite']
const QUICK_PEERS = ['bare-queue', 'fsync-probe', 'sqlite-transaction', ...BURSARS]
const POSTGRES_PEERS = ['postgres-row-lock', 'postgres-statement']

/** A minute and a half on two idle cores: enough to see every target, and PostgreSQL beside it. */
export const QUICK_PLAN: Plan = {
  cells: [
    { accounts: 'uniform', inFlight: 1, peers: [...QUICK_PEERS, ...POSTGRES_PEERS] },
    { accounts: 'uniform', inFlight: 100, peers: [...QUICK_PEERS, ...POSTGRES_PEERS] },
    { accounts: 'uniform', inFlight: 1_000, peers: QUICK_PEERS },
    { accounts: 'hot', inFlight: 1_000, peers: BURSARS }
  ],
  repeats: 2,
  scale: 0.3
}

/** The trials of one repeat: all peers of one cell next to each other, so that they meet the same weather. */
export function trialsOf(plan: Plan, entries: readonly PeerEntry[] = PEERS): readonly Trial[] {
  return plan.cells.flatMap(({ accounts, inFlight, peers }) =>
    entries.flatMap(peer => {
      const planned = peer.payments[inFlight]
      const isPlanned = (peers?.includes(peer.name) ?? true) && (peer.accounts?.includes(accounts) ?? true)
      if (planned === undefined || !isPlanned) return []
      // Fewer payments than callers would leave some of the callers without work.
      const payments = Math.max(Math.round(planned * plan.scale), inFlight)
      const { name, warmUp } = peer
      return [{ name: `${name}/${accounts}/${inFlight}`, peer: name, accounts, inFlight, payments, warmUp }]
    })
  )
}
