import { LEDGER } from '../domain/account.js'
import type { AdoptRules } from '../domain/command.js'
import { decide, RULES } from '../domain/decide.js'
import { invariant } from '../domain/errors.js'
import { lifetimesAfter, type RecordedLifetimes } from '../domain/key-lifetimes.js'
import { lifetimesSetting } from '../store/lifetimes-setting.js'
import { areRulesEarlierIn, rulesSetting } from '../store/rules-setting.js'
import type { Head, StoreSession } from '../store/store.js'

interface Adopted {
  readonly head: Head
  readonly lifetimes: RecordedLifetimes
}

/**
 * Records that a ledger which was begun by an earlier version follows the present rules from here on; any other ledger is
 * left as it is. It is done before anything is served, so that no entry comes between.
 *
 * @returns the head and the lifetimes of keys afterwards
 */
export async function adoptRules(session: StoreSession, recorded: RecordedLifetimes): Promise<Adopted> {
  const { head } = session
  if (!areRulesEarlierIn(await session.settings())) return { head, lifetimes: recorded }
  const keysForgottenBefore = await forgottenBeforeIn(session)
  const command: AdoptRules = { type: 'AdoptRules', accountId: LEDGER, rules: RULES, keysForgottenBefore }
  const sequence = head.sequence + 1
  // Dated as the entry before it: it tells nothing of a time, and no clock is to be trusted for it.
  const decision = decide(command, NOTHING, { sequence, now: head.timestamp, idSuffix: '', lifetimes: recorded })
  invariant(decision.kind === 'record', 'the ledger refuses its own rules')
  const lifetimes = lifetimesAfter(decision.entry, recorded)
  const adopted = { ...head, sequence }
  await session.commit({
    expectedHead: head.sequence,
    entries: [decision.entry],
    accounts: [],
    transactions: [],
    settings: { ...rulesSetting('present'), ...(lifetimes !== recorded && lifetimesSetting(lifetimes)) },
    head: adopted
  })
  return { head: adopted, lifetimes }
}

const NOTHING = { account: () => undefined, keyed: () => undefined, transaction: () => undefined }

/** The time before which all keys are forgotten; 0 while none is. */
async function forgottenBeforeIn(session: StoreSession): Promise<number> {
  const snapshot = await session.snapshot()
  try {
    const { keysForgottenThrough: through } = snapshot
    const [last] = through === 0 ? [] : await snapshot.journal({ after: through - 1, limit: 1 })
    return last === undefined ? 0 : last.entry.timestamp + 1
  } finally {
    await snapshot.close()
  }
}
