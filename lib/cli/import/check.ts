import { BursarError } from '../../index.js'
import { idempotencyKeyField, metadataField, ownAccountIdField } from '../../processor/fields.js'
import { printable } from '../quoted.js'
import { AccountFacts, OrderEvidence, type FileOrder } from './account-facts.js'
import { CsvHeaderError } from './columns.js'
import { FirstFew, Sum, type BadRow, type Counted } from './counted.js'
import type { FileItem, ImportFile } from './import-file.js'
import { openImportFile } from './open-import-file.js'
import { RowIdentities } from './row-identities.js'
import { keysOf } from './row-keys.js'
import type { ImportRow } from './row.js'
import type { ImportSettings } from './settings.js'
import type { ImportSource } from './source.js'

/** What a file holds, before anything of it is booked. */
export interface FileReport {
  /** Rows that can be booked. */
  rows: number
  readonly deposits: Sum
  readonly payments: Sum
  readonly badRows: Counted<BadRow>
  /** Rows without an id of the bank's, which get one from their content. */
  withoutId: number
  /** Of these, rows that say the same as an earlier one: kept apart, for somebody to look at. */
  readonly alike: Counted<{ readonly line: number; readonly accountId: string }>
  order: FileOrder
  firstDay: string | undefined
  lastDay: string | undefined
}

export interface CheckedFile {
  readonly file: ImportFile
  readonly source: ImportSource
  readonly report: FileReport
  readonly identities: RowIdentities
  readonly accounts: ReadonlyMap<string, AccountFacts>
  /** Which way the rows are booked, after `--order` or what the file shows. */
  readonly direction: 'oldest-first' | 'newest-first'
  readonly interrupted: boolean
}

export interface CheckOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly rows: number; readonly bytes: number }) => void
}

/**
 * Reads a file from its beginning to its end and books nothing. Memory follows the number of accounts, and 16 to 64
 * bytes a row. Rejects with `ImportFileError` when the file as a whole cannot be read.
 */
export async function checkFile(
  source: ImportSource,
  settings: ImportSettings,
  { signal, onProgress }: CheckOptions = {}
): Promise<CheckedFile> {
  if (source.bytes === 0) throw new CsvHeaderError([], [])
  const file = await openImportFile(source, settings)
  const badRows = new FirstFew<BadRow>()
  const alike = new FirstFew<{ line: number; accountId: string }>()
  const report: FileReport = {
    rows: 0,
    deposits: new Sum(),
    payments: new Sum(),
    badRows,
    withoutId: 0,
    alike,
    order: 'unknown',
    firstDay: undefined,
    lastDay: undefined
  }
  const identities = new RowIdentities()
  const accounts = new Map<string, AccountFacts>()
  const evidence = new OrderEvidence()
  for await (const item of file.items()) {
    if (signal?.aborted) break
    const reason = 'reason' in item ? item.reason : note(item)
    if (reason !== undefined) badRows.add({ line: item.line, reason })
    onProgress?.({ rows: item.ordinal, bytes: item.bytes })
  }
  report.order = evidence.order
  const asked = settings.order ?? 'auto'
  const shown = report.order === 'newest-first' ? 'newest-first' : 'oldest-first'
  const interrupted = signal?.aborted ?? false
  return { file, source, report, identities, accounts, direction: asked === 'auto' ? shown : asked, interrupted }

  function note(item: Exclude<FileItem, { reason: string }>): string | undefined {
    if ('told' in item) {
      factsOf(item.told.accountId).told(item.told)
      return undefined
    }
    const { row } = item
    const refused = refusalOf(row)
    if (refused !== undefined) return refused
    const identity = identities.note(row, item.ordinal)
    if (identity === 'taken') return takenReason(row)
    if (identity === 'alike') alike.add({ line: row.line, accountId: row.accountId })
    if (row.transactionId === undefined) report.withoutId += 1
    factsOf(row.accountId).add(row, evidence)
    countRow(report, row)
    return undefined
  }

  function factsOf(accountId: string): AccountFacts {
    const known = accounts.get(accountId)
    if (known !== undefined) return known
    const facts = new AccountFacts()
    accounts.set(accountId, facts)
    return facts
  }
}

function countRow(report: FileReport, { kind, amount, day }: ImportRow): void {
  report.rows += 1
  report[kind === 'deposit' ? 'deposits' : 'payments'].add(amount)
  if (day === undefined) return
  if (report.firstDay === undefined || day < report.firstDay) report.firstDay = day
  if (report.lastDay === undefined || day > report.lastDay) report.lastDay = day
}

export function takenReason({ transactionId }: ImportRow): string {
  return `expected a transactionId of its own, got ${JSON.stringify(printable(transactionId ?? '', 60))}, which an earlier row has`
}

const REASON_LENGTH_MAX = 200

/** The checks that every command passes before the queue, so that a row which fails them is found before any is booked. */
export function refusalOf(row: ImportRow): string | undefined {
  try {
    ownAccountIdField(row.accountId, 'accountId')
    idempotencyKeyField(keysOf(row, '', 1).key)
    metadataField(row.metadata)
    return undefined
  } catch (error) {
    if (!(error instanceof BursarError)) throw error
    return printable(error.message, REASON_LENGTH_MAX)
  }
}

/** Every item in the order of booking: the second reading. */
export function itemsToBook({ file, direction }: CheckedFile): AsyncIterable<FileItem> {
  return direction === 'newest-first' ? file.itemsReversed() : file.items()
}
