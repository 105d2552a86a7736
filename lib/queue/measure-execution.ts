import type { Events } from '../observability/events.js'
import type { CommandJob } from './job.js'
import { monotonicMs } from '../timers.js'

/** Executes a command that was submitted while somebody listened to `command:executed`, and tells how long it took. */
export function measureExecution({ command, submittedAt }: CommandJob, events: Events, execute: () => void): void {
  const startedAt = monotonicMs()
  try {
    execute()
  } finally {
    const executionMs = monotonicMs() - startedAt
    events.emit('command:executed', { command: command.type, waitMs: startedAt - submittedAt, executionMs })
  }
}
