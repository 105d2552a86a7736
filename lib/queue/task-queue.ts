import PQueue, { type Queue, type QueueAddOptions } from 'p-queue'
import { queueMicrotask } from '../timers.js'
import { Fifo } from './fifo.js'

type Task = () => Promise<unknown>

/** The backlog of p-queue: strictly in order, since priorities would break the one order that everything rests on. */
class InOrder implements Queue<Task, QueueAddOptions> {
  readonly #tasks = new Fifo<Task>()

  get size(): number {
    return this.#tasks.size
  }

  enqueue(task: Task): void {
    this.#tasks.enqueue(task)
  }

  dequeue(): Task | undefined {
    return this.#tasks.dequeue()
  }

  /** p-queue asks for it to count tasks by priority; here all have the same. */
  filter(): Task[] {
    return [...this.#tasks.peek(this.#tasks.size)]
  }

  setPriority(): void {
    throw new Error('Expected no priorities: commands execute in the order submitted.')
  }
}

/** For every task: nobody asks for one by its id, and p-queue would make two strings for each to tell them apart. */
export const NO_ID = { id: '' }

/** The one place where order is decided: a p-queue at concurrency 1. */
export function createTaskQueue(): PQueue<InOrder, QueueAddOptions> {
  return new PQueue({ concurrency: 1, queueClass: InOrder })
}

/**
 * To be called as the last thing of a task. p-queue begins the next one in a microtask that it takes from the global
 * object: where a test runner has put one there that stands still, it finds the real one for just that moment.
 */
export function letNextBegin(): void {
  const faked = globalThis.queueMicrotask
  if (faked === queueMicrotask) return
  globalThis.queueMicrotask = queueMicrotask
  // One microtask later the task has returned, and behind that p-queue goes on.
  queueMicrotask(() => queueMicrotask(() => (globalThis.queueMicrotask = faked)))
}
