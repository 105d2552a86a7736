import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

/** What one thread did while a piece of work ran. */
export interface ThreadProfile {
  readonly thread: 'main' | 'writer'
  readonly profile: Profiler.Profile
}

/** Often enough to see functions of a few microseconds in a run of a second, seldom enough not to slow it down. */
const SAMPLING_INTERVAL_US = 200

/**
 * Profiles the main thread and every worker thread while `work` runs. The main thread speaks to the profilers of its
 * workers through messages in messages, as the protocol has it.
 */
export async function recordProfiles(work: () => Promise<void>): Promise<readonly ThreadProfile[]> {
  const session = new Session()
  session.connect()
  // Neither the session nor an idle writer keeps the process alive until an answer comes.
  const awake = setInterval(() => undefined, 1_000)
  try {
    const workers = await attachWorkers(session)
    for (const post of workers) await startProfiler(post)
    await startProfiler((method, params) => session.post(method, params) as Promise<unknown>)
    await work()
    const main = await session.post('Profiler.stop')
    const profiles: ThreadProfile[] = [{ thread: 'main', profile: main.profile }]
    for (const post of workers) {
      const { profile } = (await post('Profiler.stop')) as Profiler.StopReturnType
      profiles.push({ thread: 'writer', profile })
    }
    return profiles
  } finally {
    clearInterval(awake)
    session.disconnect()
  }
}

type Post = (method: string, params?: object) => Promise<unknown>

async function startProfiler(post: Post): Promise<void> {
  await post('Profiler.enable')
  await post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US })
  await post('Profiler.start')
}

/** Every worker thread that runs now, as a way to post to it. */
async function attachWorkers(session: Session): Promise<readonly Post[]> {
  const workers = new Map<string, Post>()
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    // Threads of Node's own, such as the one that compiles TypeScript, sleep too deep to answer.
    if (!workerInfo.url.includes('writer-thread')) return
    workers.set(sessionId, (method, params) => {
      const id = ++lastId
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }))
      const message = JSON.stringify({ id, method, params })
      return session.post('NodeWorker.sendMessageToWorker', { sessionId, message }).then(() => answer)
    })
  })
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { message } }) => {
    const { id, result, error } = JSON.parse(message) as { id?: number; result?: unknown; error?: { message: string } }
    if (id === undefined) return
    if (error === undefined) waiting.get(id)!.resolve(result)
    else waiting.get(id)!.reject(new Error(error.message))
    waiting.delete(id)
  })
  await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
  return [...workers.values()]
}
