import { takeCheckpoint } from '../audit/checkpoint.js'
import type { JournalEntry } from '../audit/journal-entry.js'
import { verify } from '../audit/verify.js'
import type { AccountState } from '../domain/account.js'
import { TransactionNotFoundError } from '../domain/errors.js'
import { shownLifetimes } from '../domain/key-lifetimes.js'
import { fieldsOf } from '../domain/known-fields.js'
import { accountOf, balanceOf } from '../domain/result.js'
import { sequenceOfTransactionId } from '../domain/transaction.js'
import { StoreUnsupportedError } from '../store/errors.js'
import { lifetimesIn } from '../store/lifetimes-setting.js'
import type { Head, Store, StoreReader } from '../store/store.js'
import { Backups } from './backups.js'
import { storedLetters, type DeadLetters } from './dead-letter-desk.js'
import { accountsNamed, existing } from './existing-account.js'
import { storeField } from '../store/store-field.js'
import { accountIdField, transactionIdField } from './fields.js'
import { History, transactionOf } from './history.js'
import { JournalFeed } from './journal-feed.js'
import type { JournalQuery, PaymentProcessor } from './payment-processor.js'
import { BALANCE_QUERY, READER_JOURNAL_QUERY, READER_OPTIONS } from './shapes.js'
import { verifyOptions } from './verify-options.js'

/**
 * Reads a ledger beside the processor that writes it, from another process as well. Shows what is recorded, as of the
 * time of the last entry: a hold that is due counts as held until the processor has recorded its end.
 */
export type LedgerReader = AsyncDisposable &
  Pick<
    PaymentProcessor,
    | 'getAccount'
    | 'getBalance'
    | 'getTransaction'
    | 'getTransactionCount'
    | 'listTransactions'
    | 'getKeyLifetimes'
    | 'verify'
    | 'checkpoint'
    | 'backup'
    | 'close'
  > & {
    /** Every entry, in order and without holes, up to the last one at the time of the call. */
    journal(query?: Omit<JournalQuery, 'follow'>): AsyncIterableIterator<JournalEntry>
    readonly deadLetters: Pick<DeadLetters, 'list'>
  }

/**
 * Opens a ledger only to read it: takes no lock and writes nothing.
 *
 * Rejects with `StoreFormatError`, `StoreCorruptError`, and `StoreUnsupportedError` for a store that only its processor
 * can read.
 *
 * @example
 * await using reader = await openLedgerReader({ store: sqliteStore({ path: 'payments.db' }) })
 */
export async function openLedgerReader(options: { readonly store: Store }): Promise<LedgerReader> {
  const store = storeField(fieldsOf(options, READER_OPTIONS).store)
  if (store.openReader === undefined) {
    throw new StoreUnsupportedError('be read beside its processor', 'Ask the processor, or use sqliteStore({ path }).')
  }
  return readerOf(await store.openReader())
}

function readerOf(store: StoreReader): LedgerReader {
  const backups = new Backups(store)
  let closing: Promise<void> | undefined
  const history = new History(store, async accountId => {
    const { head, account } = accountId === undefined ? await headOf() : await lookUp(accountId)
    // What is recorded is all that a reader knows of time: its own clock may be the wrong one.
    return { sequence: head.sequence, now: head.timestamp, account }
  })
  const source = { session: store, worker: NOBODY, head: async () => (await headOf()).head.sequence }

  return {
    async getAccount(accountId) {
      const { account } = await lookUp(accountIdField(accountId, 'accountId'))
      return accountOf(account)
    },
    async getBalance(accountId, query) {
      const { at } = fieldsOf(query, BALANCE_QUERY)
      if (at !== undefined) return history.balanceAt(accountId, at)
      const { account, head } = await lookUp(accountIdField(accountId, 'accountId'))
      return balanceOf(account, head.sequence)
    },
    async getTransaction(transactionId) {
      const sequence = sequenceOfTransactionId(transactionIdField(transactionId, 'transactionId'))
      const { transactions } = await store.load({
        accounts: [],
        keys: [],
        transactions: sequence === undefined ? [] : [sequence]
      })
      const found = transactions.find(({ entry }) => entry.transactionId === transactionId)
      if (found === undefined) throw new TransactionNotFoundError(transactionId)
      return transactionOf(found)
    },
    getTransactionCount: async () => (await headOf()).head.transactionCount,
    getKeyLifetimes: async () => shownLifetimes(lifetimesIn(await store.settings())),
    listTransactions: query => history.transactions(query),
    journal: query => new JournalFeed(source, query, READER_JOURNAL_QUERY),
    verify: async options => verify(store, verifyOptions(options)),
    checkpoint: () => takeCheckpoint(store),
    deadLetters: { list: () => storedLetters(store) },
    backup: (path, options) => backups.take(path, options, () => Promise.resolve()),
    close,
    [Symbol.asyncDispose]: close
  }

  async function headOf(): Promise<{ readonly head: Head; readonly account: undefined }> {
    const { head } = await store.load({ accounts: [], keys: [], transactions: [] })
    return { head, account: undefined }
  }

  async function lookUp(accountId: string): Promise<{ readonly head: Head; readonly account: AccountState }> {
    const { accounts, head } = await store.load({ accounts: accountsNamed(accountId), keys: [], transactions: [] })
    const byId = new Map(accounts.map(account => [account.accountId, account]))
    return { head, account: existing({ account: id => byId.get(id) }, accountId) }
  }

  function close(): Promise<void> {
    closing ??= backups.settled().then(() => store.close())
    return closing
  }
}

/** A reader never waits for entries to come: it knows no worker that would tell of them. */
const NOBODY = { durable: 0, stopped: undefined, growth: { hasEnded: true, on: () => () => undefined } }
