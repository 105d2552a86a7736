/** An unconfirmed jump of the clock as a ledger remembers it: how things stood when it was saved. */
export interface SavedJump {
  /** Where elapsed time had come to by then, milliseconds since the epoch. */
  readonly vouched: number
  /** What the clock said instead. */
  readonly reading: number
  /** How much time had elapsed since the jump was first seen. */
  readonly elapsedMs: number
}

/** The name of the setting that keeps it. */
export const CLOCK_SETTING = 'clock'

export function savedJumpText(jump: SavedJump | null): string {
  return JSON.stringify(jump)
}

/** What cannot be read is no jump: it never stops an opening. */
export function parseSavedJump(text: string | undefined): SavedJump | undefined {
  try {
    const { vouched, reading, elapsedMs } = JSON.parse(text ?? 'null') as SavedJump
    if ([vouched, reading, elapsedMs].every(Number.isFinite)) return { vouched, reading, elapsedMs }
  } catch {
    // As if nothing had been saved.
  }
  return undefined
}
