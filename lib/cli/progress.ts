import { Presets, SingleBar } from 'cli-progress'

/** How far a long job is: a bar on a terminal, a line every tenth of the way anywhere else. */
export interface Progress {
  /** @param done Of the total given at the start. */
  update(done: number, detail: string): void
  stop(): void
}

export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean }

/** @param options.total 0 when nobody knows, as of a pipe: then nothing is shown. */
export function showProgress({ total, stream }: { total: number; stream: ProgressStream }): Progress {
  if (total === 0) return { update: () => undefined, stop: () => undefined }
  return stream.isTTY ? bar(total, stream) : milestones(total, stream)
}

/** For work whose length is known with its first step only; nothing is shown where nobody looks. */
export function progressOnTerminal(stream: ProgressStream) {
  let shown: Progress | undefined
  return {
    update(done: number, total: number, detail: string): void {
      if (!stream.isTTY) return
      shown ??= showProgress({ total, stream })
      shown.update(done, detail)
    },
    stop: () => shown?.stop()
  }
}

function bar(total: number, stream: ProgressStream): Progress {
  const shown = new SingleBar(
    { format: '{bar} {percentage}% {detail}{left}', hideCursor: true, stream },
    Presets.shades_classic
  )
  const startedAt = performance.now()
  shown.start(total, 0, { detail: '', left: '' })
  return {
    update(done, detail) {
      const left = timeLeft({ done, total, elapsedMs: performance.now() - startedAt })
      shown.update(Math.min(done, total), { detail, left: left === '' ? '' : `, ${left}` })
    },
    stop: () => shown.stop()
  }
}

/** Before this, the beginning says little about the rest. */
const ESTIMATE_AFTER_MS = 2_000

/** What is left if the rest is as fast as what is done: `about 3 min left`; nothing while nobody can know. */
export function timeLeft({ done, total, elapsedMs }: { done: number; total: number; elapsedMs: number }): string {
  if (done <= 0 || done >= total || elapsedMs < ESTIMATE_AFTER_MS) return ''
  const seconds = Math.ceil(((elapsedMs / done) * (total - done)) / 1_000)
  if (seconds < 60) return `about ${seconds} s left`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `about ${minutes} min left` : `about ${Math.floor(minutes / 60)} h ${minutes % 60} min left`
}

const MILESTONES = 10

function milestones(total: number, stream: ProgressStream): Progress {
  let reached = 0
  return {
    update(done, detail) {
      const milestone = Math.min(MILESTONES, Math.floor((done / total) * MILESTONES))
      if (milestone === reached) return
      reached = milestone
      stream.write(`${(milestone * 100) / MILESTONES}% ${detail}\n`)
    },
    stop: () => undefined
  }
}
