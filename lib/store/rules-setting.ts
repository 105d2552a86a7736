import type { Settings } from './store.js'

const NAME = 'rules'

/**
 * Whose rules the entries of a ledger follow: `earlier` from the moment in which an older file is brought up to this
 * version, until the next opening records that the present rules are adopted. Without the setting it is the present ones.
 */
export function rulesSetting(rules: 'earlier' | 'present'): Settings {
  return { [NAME]: rules }
}

export function areRulesEarlierIn({ [NAME]: rules }: Settings): boolean {
  return rules === 'earlier'
}
