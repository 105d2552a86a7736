interface PageQuery {
  readonly after: number
  readonly through: number
  readonly limit: number
}

/** The page of all sequences that a query asks for. */
export function sequencesOf({ after, through, limit }: PageQuery): readonly number[] {
  const length = Math.max(Math.min(limit, through - after), 0)
  return Array.from({ length }, (_, index) => after + index + 1)
}

/** The page of an ascending list of sequences that a query asks for, found by bisection. */
export function pageOf(sequences: readonly number[], query: PageQuery): readonly number[] {
  const start = bisect(sequences.length, index => sequences[index]! > query.after)
  const page: number[] = []
  for (let index = start; index < sequences.length && page.length < query.limit; index++) {
    if (sequences[index]! > query.through) break
    page.push(sequences[index]!)
  }
  return page
}

/** The items behind a place, at most `limit`, of a list that ascends by place; found by bisection. */
export function pageAfter<T, Place extends string | number>(
  items: readonly T[],
  placeOf: (item: T) => Place,
  { after, limit }: { readonly after: Place; readonly limit: number }
): readonly T[] {
  const start = bisect(items.length, index => placeOf(items[index]!) > after)
  return items.slice(start, start + limit)
}

/** The largest of an ascending list of sequences that is not above a bound. */
export function lastUpTo(sequences: readonly number[], bound: number): number | undefined {
  return sequences[bisect(sequences.length, index => sequences[index]! > bound) - 1]
}

/** The first of the sequences 1 … `last` recorded at or after a time; `last + 1` when there is none. */
export function sequenceAt(timestamp: number, last: number, timestampOf: (sequence: number) => number): number {
  return bisect(last, index => timestampOf(index + 1) >= timestamp) + 1
}

/** The first index below `length` for which a monotonic predicate holds; `length` when it holds for none. */
function bisect(length: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
