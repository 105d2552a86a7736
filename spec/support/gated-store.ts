import type { Store } from 'bursar'
import { overridingSession } from './overriding-session.js'

/** A barrier inside a store: calls of one method wait there until it is opened. */
export interface Gate {
  /** Resolves when the first call has arrived. */
  readonly reached: Promise<void>
  open(): void
}

export interface GatedStore extends Store {
  /** Holds back every later call of that method until the gate is opened. */
  hold(method: 'load' | 'commit'): Gate
  /** Opens whatever is still shut. */
  openGates(): void
}

/**
 * Delegates to another store. Held at `load`, a command has not started executing; held at `commit`, it has executed
 * and waits to become durable.
 */
export function gatedStore(inner: Store): GatedStore {
  const barriers = new Map<'load' | 'commit', { arrive(): void; readonly opened: Promise<void> }>()
  const gates: Gate[] = []

  async function pass(method: 'load' | 'commit'): Promise<void> {
    const barrier = barriers.get(method)
    barrier?.arrive()
    await barrier?.opened
  }

  return {
    hold(method) {
      const reached = promiseInHand()
      const opened = promiseInHand()
      const barrier = { arrive: reached.resolve, opened: opened.promise }
      barriers.set(method, barrier)
      const gate: Gate = {
        reached: reached.promise,
        open() {
          if (barriers.get(method) === barrier) barriers.delete(method)
          opened.resolve()
        }
      }
      gates.push(gate)
      return gate
    },
    openGates() {
      for (const gate of gates) gate.open()
    },
    async open() {
      const session = await inner.open()
      return overridingSession(session, {
        async load(wanted) {
          await pass('load')
          return session.load(wanted)
        },
        async commit(group) {
          await pass('commit')
          await session.commit(group)
        }
      })
    }
  }
}

function promiseInHand(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>(settle => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}
