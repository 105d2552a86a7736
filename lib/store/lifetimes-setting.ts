import { FOR_EVER, isLonger, type RecordedLifetimes } from '../domain/key-lifetimes.js'
import type { Settings } from './store.js'

const NAME = 'keyLifetimes'

/** The setting that keeps lifetimes, so that an opening need not look for the last entry that set them. */
export function lifetimesSetting({ answerTtlMs, keyTtlMs, forgottenBefore }: RecordedLifetimes): Settings {
  return { [NAME]: JSON.stringify({ answerTtlMs, keyTtlMs, forgottenBefore }) }
}

/** How long keys live by the settings of a ledger. For ever where that cannot be read: then no key pays twice. */
export function lifetimesIn({ [NAME]: text }: Settings): RecordedLifetimes {
  if (text === undefined) return FOR_EVER
  try {
    const lifetimes = JSON.parse(text) as RecordedLifetimes
    return isValid(lifetimes) ? lifetimes : FOR_EVER
  } catch {
    return FOR_EVER
  }
}

/** Whether the settings of a ledger keep these lifetimes, as its journal has them. */
export function isSettingOf(settings: Settings, lifetimes: RecordedLifetimes): boolean {
  const text = settings[NAME]
  return lifetimes === FOR_EVER ? text === undefined : text === lifetimesSetting(lifetimes)[NAME]
}

export function isValid(lifetimes: RecordedLifetimes): boolean {
  if (typeof lifetimes !== 'object' || lifetimes === null) return false
  const { answerTtlMs, keyTtlMs, forgottenBefore } = lifetimes
  const isTtl = (value: unknown) => value === null || (Number.isSafeInteger(value) && (value as number) >= 0)
  return (
    isTtl(answerTtlMs) && isTtl(keyTtlMs) && !isLonger(answerTtlMs, keyTtlMs) && Number.isSafeInteger(forgottenBefore)
  )
}
