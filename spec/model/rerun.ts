import { openPaymentProcessor, type JournalEntry } from 'bursar'
import { manualClock } from 'bursar/testing'
import { expect } from 'chai'
import type { Command } from './plan.js'
import { LIFETIMES } from './trial.js'

/** Everything of an entry but what chance has made: the ends of its ids, the text with them, and its hashes. */
function withoutChance({ command, encoded: _, hash: _hash, previousHash: _previous, ...entry }: JournalEntry): object {
  const message = entry.message.replace(/[a-z]+_[0-9a-z]{11}_[\w-]+/, 'id')
  return { ...entry, type: command.type, message, transactionId: entry.transactionId?.slice(0, -13) }
}

/** The same, as if the ledger had written no expiries of its own in between: they come when somebody looks. */
function withoutPlace(entry: JournalEntry): object {
  return { ...withoutChance(entry), sequence: 0, transactionId: entry.transactionId?.split('_')[0] }
}

/**
 * Executes a journal again, each command at its recorded time, on a ledger of its own: the same must come out, entry by
 * entry. Ids of transactions carry chance, so those of the second run take the place of the first one's.
 */
export async function expectSameAgain(entries: readonly JournalEntry[]): Promise<void> {
  const clock = manualClock()
  if (entries[0] !== undefined) clock.set(entries[0].timestamp.getTime())
  const processor = await openPaymentProcessor({ clock, idempotency: LIFETIMES })
  const idsAgain = new Map<string, string>()
  const again: JournalEntry[] = []
  for await (const entry of processor.journal()) again.push(entry)
  for (const { command, timestamp, transactionId } of entries) {
    // What the ledger records by itself: the second one does, too.
    if (command.type === 'ExpireHold' || command.type === 'DiscardDeadLetter') continue
    if (command.type === 'SetKeyLifetimes' || command.type === 'AdoptRules') continue
    clock.advanceTo(timestamp.getTime())
    await Promise.allSettled([processor.submit(withIds(command, idsAgain))])
    for await (const entry of processor.journal({ after: again.length })) again.push(entry)
    const id = again.at(-1)?.transactionId ?? null
    if (transactionId !== null && id !== null) idsAgain.set(transactionId, id)
  }
  await processor.close()
  const isAsked = ({ command }: JournalEntry) => command.type !== 'ExpireHold'
  const comparable = entries.every(isAsked) ? withoutChance : withoutPlace
  expect(again.filter(isAsked).map(comparable)).to.deep.equal(entries.filter(isAsked).map(comparable))
}

function withIds(command: Command, ids: ReadonlyMap<string, string>): Command {
  switch (command.type) {
    case 'RefundPayment': {
      const { originalTransactionId: id } = command
      return { ...command, originalTransactionId: ids.get(id) ?? id }
    }
    case 'CapturePayment':
    case 'VoidPayment':
      return { ...command, authorizationId: ids.get(command.authorizationId) ?? command.authorizationId }
    default:
      return command
  }
}
