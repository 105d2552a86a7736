import { crc32 } from 'node:zlib'
import { StoreCorruptError } from '../../errors.js'
import { decodeRows, type SortedRows } from './sorted-rows.js'

/** A chunk as it is read: of which run, what its sequences are counted from, and the rows. */
export interface StoredChunk {
  readonly run: number
  readonly after: number
  readonly rows: Uint8Array
  /** `null` in chunks that were written before there were sums. */
  readonly sum: number | null
}

/** CRC-32 over what a lookup takes from a chunk: one wrong bit there makes a known key pay again. */
export function sumOf({ run, after, rows }: Omit<StoredChunk, 'sum'>): number {
  return crc32(rows, crc32(`${run} ${after}`))
}

export function isWhole(chunk: StoredChunk): boolean {
  return chunk.sum === null || chunk.sum === sumOf(chunk)
}

/** The rows of a chunk that is as it was written. @throws StoreCorruptError */
export function rowsOf(chunk: StoredChunk): SortedRows {
  if (isWhole(chunk)) return decodeRows(chunk.rows)
  throw new StoreCorruptError(
    `A chunk of run ${chunk.run} is not as it was written: its sum is ${sumOf(chunk)} instead of ${chunk.sum}. ` +
      'The file was changed or is damaged: run verify() on it, and restore a backup.'
  )
}
