import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { isNoticed, soundLedger, type Finding, type SoundLedger } from '../support/damaged-ledger.js'
import { temporaryDirectory } from '../support/stores.js'

/** More of them with `FLIPS=500`; another draw with `FLIPS_SEED=2`. */
const FLIPS = Number(process.env['FLIPS'] ?? 20)
const SEED = Number(process.env['FLIPS_SEED'] ?? 1)

/** Mulberry32: numbers from 0 to 1, the same for a seed. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A bit of the file; every second time of a byte that is not zero, since pages are often half empty. */
function bitOf(file: Buffer, next: () => number): { at: number; bit: number } {
  const isAnywhere = next() < 0.5
  for (;;) {
    const at = Math.floor(next() * file.length)
    if (isAnywhere || file[at] !== 0) return { at, bit: Math.floor(next() * 8) }
  }
}

for (const [how, isCrashed] of [
  ['closed', false],
  ['crashed', true]
] as const) {
  describe(`One flipped bit of a ${how} ledger`, function () {
    this.timeout(20_000 + FLIPS * 5_000)
    let sound: SoundLedger
    let directory: ReturnType<typeof temporaryDirectory>

    before(async () => {
      sound = await soundLedger(isCrashed)
      directory = temporaryDirectory()
    })
    after(() => {
      sound.dispose()
      directory.dispose()
    })

    it(`never changes an answer unnoticed (${FLIPS} flips, seed ${SEED})`, async () => {
      const next = chance(SEED)
      const counts = { flips: 0, refused: 0, reported: 0, failed: 0, harmless: 0 }
      for (let flip = 0; flip < FLIPS; flip++) {
        const path = join(directory.path, `${flip}.db`)
        sound.copyTo(path)
        const file = readFileSync(path)
        const { at, bit } = bitOf(file, next)
        file[at]! ^= 1 << bit
        writeFileSync(path, file)
        const finding = await sound.examine(path)
        const { wrong } = finding
        if (!isNoticed(finding)) expect(wrong, `bit ${bit} of byte ${at}`).to.deep.equal([])
        counts[kindOf(finding)]++
        counts.flips++
      }
      if (process.env['FLIPS'] !== undefined) console.log(how, counts)
    })
  })
}

function kindOf({ refusal, report, failed }: Finding): 'refused' | 'reported' | 'failed' | 'harmless' {
  if (refusal !== undefined) return 'refused'
  if (report?.ok === false) return 'reported'
  return failed.length > 0 ? 'failed' : 'harmless'
}
