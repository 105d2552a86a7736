import { createActor, setup } from 'xstate'
import { setTimeout } from '../timers.js'

export type LifecycleEvent =
  | { readonly type: 'open' }
  | { readonly type: 'work' }
  | { readonly type: 'rest' }
  | { readonly type: 'close' }
  | { readonly type: 'closed' }
  | { readonly type: 'fail' }
  | { readonly type: 'fence' }

/**
 * The states of the worker:
 *
 *     opening → ready (idle ⇄ draining) → closing → closed
 *
 * `failed` (a broken invariant or an uncertain commit) and `fenced` (another writer took over) are reached from
 * anywhere that commits; both can only be closed. The commands themselves never pass through this actor: the p-queue
 * is the only queue.
 */
const machine = setup({ types: {} as { events: LifecycleEvent } }).createMachine({
  id: 'worker',
  initial: 'opening',
  states: {
    opening: { on: { open: 'ready', fail: 'failed' } },
    ready: {
      initial: 'idle',
      states: {
        idle: { on: { work: 'draining' } },
        draining: { on: { rest: 'idle' } }
      },
      on: { close: 'closing', fail: 'failed', fence: 'fenced' }
    },
    closing: { on: { closed: 'closed', fail: 'failed', fence: 'fenced' } },
    failed: { on: { closed: 'closed' } },
    fenced: { on: { closed: 'closed' } },
    closed: { type: 'final' }
  }
})

/** Callers who pay one by one must not toggle the state with every payment: a transition costs microseconds. */
const REST_MS = 10

export type LifecycleStatus = 'opening' | 'ready' | 'closing' | 'closed' | 'failed' | 'fenced'

/** The worker's actor, with its state in the form that the door asks for at every call. */
export interface Lifecycle {
  readonly status: LifecycleStatus
  /** A job has come. */
  work(): void
  /** No job is left; draining ends when none has come for a moment. */
  rest(): void
  send(event: LifecycleEvent['type']): void
}

export function createLifecycle(): Lifecycle {
  const actor = createActor(machine)
  let status: LifecycleStatus = 'opening'
  let isDraining = false
  let hasWorked = false
  let timer: NodeJS.Timeout | undefined
  actor.subscribe(({ value }) => {
    status = (typeof value === 'string' ? value : 'ready') as LifecycleStatus
    isDraining = typeof value !== 'string' && value.ready === 'draining'
  })
  actor.start()

  function rest(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      // Closing and closed have no rest, and a stopped actor takes no event.
      if (!isDraining) return
      if (!hasWorked) return actor.send({ type: 'rest' })
      hasWorked = false
      rest()
    }, REST_MS).unref()
  }

  return {
    get status() {
      return status
    },
    work() {
      hasWorked = true
      if (!isDraining) actor.send({ type: 'work' })
    },
    rest,
    send: type => actor.send({ type })
  }
}
