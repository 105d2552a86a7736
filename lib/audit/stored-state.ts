import type { AccountState } from '../domain/account.js'
import type { TransactionState } from '../domain/transaction.js'
import type { StoreSnapshot } from '../store/store.js'
import { nextTurn } from '../timers.js'

/** What a store keeps, page by page. A store may read synchronously, so everything else gets a turn before every page. */

const PAGE_LENGTH = 1_000

/** Every account that the store keeps, in the order of the ids. */
export async function* accountsOf(
  snapshot: Pick<StoreSnapshot, 'accounts'>
): AsyncGenerator<AccountState, void, undefined> {
  for (let after = '', isMore = true; isMore;) {
    await nextTurn()
    const page = await snapshot.accounts({ after, limit: PAGE_LENGTH })
    yield* page
    after = page.at(-1)?.accountId ?? after
    isMore = page.length === PAGE_LENGTH
  }
}

/** Every refunded payment and every hold that the store keeps, oldest first. */
export async function* changedTransactionsOf(
  snapshot: Pick<StoreSnapshot, 'transactions'>
): AsyncGenerator<TransactionState, void, undefined> {
  for (let after = 0, isMore = true; isMore;) {
    await nextTurn()
    const page = await snapshot.transactions({ after, limit: PAGE_LENGTH })
    yield* page
    after = page.at(-1)?.entry.sequence ?? after
    isMore = page.length === PAGE_LENGTH
  }
}
