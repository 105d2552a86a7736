/**
 * A caller's signal, read by the methods of its class and not by any that it carries itself: those could throw, or call
 * back, while the queue is between two steps.
 */
const { prototype } = AbortSignal
const { addEventListener, removeEventListener } = prototype
const aborted = getterOf('aborted')
const reason = getterOf('reason')

/** @throws TypeError for what is no signal */
export function isAborted(signal: AbortSignal): boolean {
  return aborted.call(signal) === true
}

export function reasonOf(signal: AbortSignal): unknown {
  return reason.call(signal)
}

/** @returns stops listening; never throws */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  addEventListener.call(signal, 'abort', listener, { once: true })
  return () => {
    try {
      removeEventListener.call(signal, 'abort', listener)
    } catch {
      // A signal that was tampered with meanwhile keeps a listener that does nothing any more.
    }
  }
}

function getterOf(name: 'aborted' | 'reason'): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get!
}
