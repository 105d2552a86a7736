import { formatMs, formatNumber, formatTable } from '../report/format.js'

/** What a run has measured. */
export interface ScaleMeasures {
  readonly fileBytes: number
  readonly transactions: number
  readonly openToFirstPaymentMs: number
  readonly openedRssMb: number
  readonly servedRssMb: number
  /** Payments from all accounts at random. */
  readonly perSecond: number
  /** Payments from ten thousand of them. */
  readonly fewPerSecond: number
  /** Payments from ten thousand accounts in a file that has no more than those. */
  readonly emptyPerSecond: number
  /** Payments from all accounts at random, in a file with all accounts and no payments before. */
  readonly unpaidPerSecond: number
  readonly oldestRefundMs: number
  readonly newestRefundMs: number
  readonly oldestReplayMs: number
  readonly newestReplayMs: number
  readonly verified: boolean
}

export interface Verdict {
  readonly title: string
  readonly measured: string
  readonly limit: string
  readonly isMet: boolean
}

/** Every transaction carries its share of the accounts, of the indexes, and of the answers kept for its key. */
const BYTES_PER_TRANSACTION_BELOW = 440
const OPENING_MAX_MS = 2_000
const RSS_MAX_MB = 400
/** Of the throughput in an empty file. */
const THROUGHPUT_SHARE_MIN = 0.7
/** How many times as long something old may take as something new. */
const AGE_RATIO_MAX = 2

export function verdictsOf(measures: ScaleMeasures): readonly Verdict[] {
  const { openToFirstPaymentMs, openedRssMb, servedRssMb } = measures
  const bytes = measures.fileBytes / measures.transactions
  return [
    {
      title: 'space per transaction, accounts included',
      measured: `${formatNumber(bytes)} bytes`,
      limit: `< ${BYTES_PER_TRANSACTION_BELOW} bytes`,
      isMet: bytes < BYTES_PER_TRANSACTION_BELOW
    },
    {
      title: 'opening to first payment',
      measured: formatMs(openToFirstPaymentMs),
      limit: `≤ ${formatMs(OPENING_MAX_MS)}`,
      isMet: openToFirstPaymentMs <= OPENING_MAX_MS
    },
    memory('memory after opening', openedRssMb),
    memory('memory after a load', servedRssMb),
    throughput('payments/s of 10,000 accounts, over an empty file', measures.fewPerSecond, measures.emptyPerSecond),
    throughput(
      'payments/s of all accounts, over a file without payments',
      measures.perSecond,
      measures.unpaidPerSecond
    ),
    age('refund, oldest over newest', measures.oldestRefundMs, measures.newestRefundMs),
    age('replay, oldest over newest', measures.oldestReplayMs, measures.newestReplayMs),
    {
      title: 'verify()',
      measured: measures.verified ? 'ok' : 'problems',
      limit: 'ok',
      isMet: measures.verified
    }
  ]
}

export function formatVerdicts(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ title, measured, limit, isMet }) => [title, measured, limit, isMet ? 'met' : 'MISSED'])
  return formatTable(['verdict', 'measured', 'limit', ''], rows)
}

function memory(title: string, rssMb: number): Verdict {
  return { title, measured: `${formatNumber(rssMb)} MB`, limit: `≤ ${RSS_MAX_MB} MB`, isMet: rssMb <= RSS_MAX_MB }
}

function throughput(title: string, perSecond: number, emptyPerSecond: number): Verdict {
  const share = perSecond / emptyPerSecond
  return {
    title,
    measured: `${formatNumber(perSecond)} / ${formatNumber(emptyPerSecond)} = ${formatNumber(share)}`,
    limit: `≥ ${THROUGHPUT_SHARE_MIN}`,
    isMet: share >= THROUGHPUT_SHARE_MIN
  }
}

function age(title: string, oldestMs: number, newestMs: number): Verdict {
  const ratio = oldestMs / newestMs
  return {
    title,
    measured: `${formatMs(oldestMs)} / ${formatMs(newestMs)} = ${formatNumber(ratio)}`,
    limit: `≤ ${AGE_RATIO_MAX}`,
    isMet: ratio <= AGE_RATIO_MAX
  }
}
