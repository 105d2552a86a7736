import { isSystemAccount } from '../../../domain/account.js'
import { keyHash } from './key-hash.js'

/**
 * What an account's history is found by: even for accounts that an entry opened, and which have its number for life; odd for
 * system accounts, which open on first use, several at once sometimes.
 */
export function historyNumber(accountId: string, createdSequence: number): number {
  return isSystemAccount(accountId) ? 2 * keyHash(accountId, '') + 1 : 2 * createdSequence
}
