import { formatNumber, formatTable } from '../report/format.js'
import type { TrialProfile } from './profile-trial.js'
import { IDLE, ROOM_NAMES } from './rooms.js'

/** Microseconds of every room by payment, one column a thread; profiles of the same number of callers. */
export function formatProfiles(profiles: readonly TrialProfile[], titleOf: (peer: string) => string): string {
  const columns = profiles.flatMap(({ trial, threads }) =>
    threads.map(({ thread, times }) => ({
      title: `${titleOf(trial.peer)}, ${thread} thread`,
      of: (room: string): number => (times[room] ?? 0) / trial.payments
    }))
  )
  const busy = ROOM_NAMES.filter(room => room !== IDLE)
  const row = (room: string): readonly string[] => [room, ...columns.map(({ of }) => formatTime(of(room)))]
  const total = columns.map(({ of }) => formatTime(busy.reduce((sum, room) => sum + of(room), 0)))
  return formatTable(
    ['µs a payment', ...columns.map(({ title }) => title)],
    [...busy.filter(room => columns.some(({ of }) => of(room) > 0)).map(row), ['busy', ...total], row(IDLE)]
  )
}

function formatTime(microseconds: number): string {
  if (microseconds === 0) return ''
  return microseconds < 0.01 ? '< 0.01' : formatNumber(Number(microseconds.toPrecision(2)))
}
