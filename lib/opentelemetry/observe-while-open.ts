import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api'
import type { PaymentProcessor } from '../processor/payment-processor.js'
import { queueMicrotask } from '../timers.js'

interface Observation {
  readonly observables: Observable[]
  readonly observe: BatchObservableCallback
  readonly onClosed?: () => void
}

/**
 * Observes at every collection until the processor is closed: the meter lives as long as the process and must not keep
 * a closed ledger alive.
 */
export function observeWhileOpen(meter: Meter, processor: PaymentProcessor, observation: Observation): void {
  const { observables, observe, onClosed } = observation
  const callback: BatchObservableCallback = observer => {
    if (processor.status !== 'closed') return observe(observer)
    // Not within the collection, which is going through the list of callbacks.
    queueMicrotask(() => {
      meter.removeBatchObservableCallback(callback, observables)
      onClosed?.()
    })
  }
  meter.addBatchObservableCallback(callback, observables)
}
