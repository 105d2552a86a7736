import { Presets, SingleBar } from 'cli-progress'

/** How far a long job is: a bar on a terminal, a line every tenth of the way anywhere else. */
export interface Progress {
  /** @param done Of the total given at the start. */
  update(done: number, detail: string): void
  stop(): void
}

export function showProgress(options: { total: number; stream: NodeJS.WriteStream }): Progress {
  // A bar needs an end to go to; a pipe has none.
  const total = Math.max(1, options.total)
  return options.stream.isTTY ? bar(total, options.stream) : milestones(total, options.stream)
}

function bar(total: number, stream: NodeJS.WriteStream): Progress {
  const shown = new SingleBar(
    { format: '{bar} {percentage}% {detail}', hideCursor: true, stream },
    Presets.shades_classic
  )
  shown.start(total, 0, { detail: '' })
  return {
    update: (done, detail) => shown.update(Math.min(done, total), { detail }),
    stop: () => shown.stop()
  }
}

const MILESTONES = 10

function milestones(total: number, stream: NodeJS.WritableStream): Progress {
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
