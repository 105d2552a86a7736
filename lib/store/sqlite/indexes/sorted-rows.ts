import { endianness } from 'node:os'

/**
 * Rows of a number and a sequence, sorted by both, the way one chunk of a run keeps them: sequences as the distance from
 * the start of the run.
 */
export interface SortedRows {
  readonly numbers: Float64Array
  readonly distances: Uint32Array
}

const ROW_BYTES = Float64Array.BYTES_PER_ELEMENT + Uint32Array.BYTES_PER_ELEMENT
/** As many as fit a page of SQLite, which is 4 KiB, so that a chunk is read and written as one page. */
export const CHUNK_ROWS = 330

/** The lowest byte first, whatever the processor does. */
export function encodeRows({ numbers, distances }: SortedRows): Uint8Array {
  const bytes = Buffer.alloc(numbers.length * ROW_BYTES)
  const border = numbers.byteLength
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
  bytes.set(new Uint8Array(distances.buffer, distances.byteOffset, distances.byteLength), border)
  return inFileOrder(bytes, border)
}

export function decodeRows(rows: Uint8Array): SortedRows {
  const length = rows.length / ROW_BYTES
  // A copy of its own, which begins where numbers of eight bytes may.
  const bytes = Buffer.from(new ArrayBuffer(rows.length))
  bytes.set(rows)
  const border = length * Float64Array.BYTES_PER_ELEMENT
  inFileOrder(bytes, border)
  return {
    numbers: new Float64Array(bytes.buffer, 0, length),
    distances: new Uint32Array(bytes.buffer, border, length)
  }
}

function inFileOrder(bytes: Buffer, border: number): Buffer {
  if (endianness() === 'LE') return bytes
  bytes.subarray(0, border).swap64()
  bytes.subarray(border).swap32()
  return bytes
}

/** The place of the last row that does not come after this one; −1 where all do. */
export function lastUpTo({ numbers, distances }: SortedRows, number: number, distance: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const isAfter = numbers[middle]! > number || (numbers[middle] === number && distances[middle]! > distance)
    if (isAfter) high = middle
    else low = middle + 1
  }
  return low - 1
}

/** Numbers are sorted by so many bits at once. */
const DIGIT_BITS = 11
const DIGITS = 2 ** DIGIT_BITS
const HALF_BITS = 32

/**
 * The places of whole numbers in the order of the numbers, places of equal numbers in their own order: a radix sort, by both
 * halves of 32 bits, since shifting those takes a third of the time that dividing takes. It pauses in between.
 */
export function* sortedPlaces(numbers: ArrayLike<number>): Generator<void, Uint32Array, undefined> {
  const { length } = numbers
  const [places, lower, upper] = [new Uint32Array(length), new Uint32Array(length), new Uint32Array(length)]
  for (let place = 0; place < length; place++) {
    places[place] = place
    lower[place] = numbers[place]!
    upper[place] = numbers[place]! / 2 ** HALF_BITS
  }
  const byLower = sortedByHalf(places, lower)
  yield
  return sortedByHalf(byLower, upper)
}

function sortedByHalf(places: Uint32Array<ArrayBuffer>, half: Uint32Array): Uint32Array<ArrayBuffer> {
  let bitsUsed = 0
  for (let index = 0; index < half.length; index++) bitsUsed |= half[index]!
  let from = places
  let to = new Uint32Array(places.length)
  const ends = new Uint32Array(DIGITS)
  for (let shift = 0; shift < HALF_BITS && bitsUsed >>> shift > 0; shift += DIGIT_BITS) {
    ends.fill(0)
    for (let index = 0; index < half.length; index++) ends[(half[index]! >>> shift) & (DIGITS - 1)]!++
    for (let digit = 1; digit < DIGITS; digit++) ends[digit]! += ends[digit - 1]!
    for (let index = from.length - 1; index >= 0; index--) {
      const place = from[index]!
      to[--ends[(half[place]! >>> shift) & (DIGITS - 1)]!] = place
    }
    ;[from, to] = [to, from]
  }
  return from
}
