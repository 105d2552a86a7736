import { openLedger } from './open-ledger.js'

export interface Verified {
  readonly ok: boolean
  readonly entries: number
  readonly seconds: number
  readonly peakRssMb: number
}

/** Rebuilds every balance from the journal, in a process of its own, so that its memory can be told. */
export async function verifyLedger(path: string): Promise<Verified> {
  const processor = await openLedger(path)
  const started = performance.now()
  const { ok, entries } = await processor.verify()
  const seconds = (performance.now() - started) / 1_000
  await processor.close()
  return { ok, entries, seconds, peakRssMb: process.resourceUsage().maxRSS / 1_024 }
}
