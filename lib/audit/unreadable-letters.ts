import type { StoreSession } from '../store/store.js'
import type { VerificationProblem } from './problem-list.js'
import { messageOf } from './read-entry.js'

const PAGE_LENGTH = 1_000

/** Dead letters whose command cannot be read: no money hangs on them, but somebody's request does. */
export async function unreadableLetters(session: Pick<StoreSession, 'deadLetters'>): Promise<VerificationProblem[]> {
  const problems: VerificationProblem[] = []
  try {
    await addUnreadable(session, problems)
  } catch (error) {
    problems.push({ sequence: null, accountId: null, message: `dead letters cannot be read: ${messageOf(error)}` })
  }
  return problems
}

async function addUnreadable(
  session: Pick<StoreSession, 'deadLetters'>,
  problems: VerificationProblem[]
): Promise<void> {
  for (let page = await session.deadLetters({ limit: PAGE_LENGTH }); page.length > 0;) {
    for (const { id, command } of page) {
      if (command !== null) continue
      const message = `dead letter ${id} cannot be read: look at it with deadLetters.list, and discard it`
      problems.push({ sequence: null, accountId: null, message })
    }
    page = await session.deadLetters({ after: page.at(-1)!, limit: PAGE_LENGTH })
  }
}
