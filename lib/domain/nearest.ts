/**
 * Words of Bursar that mean the same in different places, so that no likeness of letters finds them: whoever pays uses
 * `payee`, whoever transfers uses `to`.
 */
const OTHER_WORD: Readonly<Record<string, string>> = { to: 'payee', payee: 'to' }

/** The known name that an unknown one most probably stands for; `undefined` when none is known. */
export function nearest(unknown: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Infinity
  for (const name of known) {
    const distance = OTHER_WORD[unknown] === name ? 0 : distanceBetween(plain(unknown), plain(name))
    if (distance < least) [best, least] = [name, distance]
  }
  return best
}

/** `amount_to_capture` and `Amount-To-Capture` are spelt alike. A longer name is not compared further than that. */
function plain(name: string): string {
  return name
    .slice(0, 64)
    .replace(/[^a-z0-9]/gi, '')
    .toLowerCase()
}

/** Letters to insert, delete, replace or swap; where one name contains the other, hardly more than none. */
function distanceBetween(one: string, other: string): number {
  if (one.length > 2 && other.length > 2 && (one.includes(other) || other.includes(one))) {
    return Math.abs(one.length - other.length) / 100
  }
  let before: number[] = []
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current[column] = Math.min(
        previous[column]! + 1,
        current[column - 1]! + 1,
        previous[column - 1]! + (isSame ? 0 : 1),
        isSwapped && row > 1 && column > 1 ? before[column - 2]! + 1 : Infinity
      )
    }
    before = previous
    previous = current
  }
  return previous[other.length]!
}
