import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Attributes, Meter } from '@opentelemetry/api'
import type { PaymentProcessor } from '../processor/payment-processor.js'
import { observeWhileOpen } from './observe-while-open.js'

const RESOLUTION_MS = 10

/** How late timers fired since the last collection, under the names that OpenTelemetry gives them for Node.js. */
export function observeEventLoop(meter: Meter, processor: PaymentProcessor, attributes: Attributes): void {
  const gauge = (name: string, description: string) => meter.createObservableGauge(name, { description, unit: 's' })
  const p50 = gauge('nodejs.eventloop.delay.p50', 'The median delay of the event loop since the last collection.')
  const p99 = gauge('nodejs.eventloop.delay.p99', 'The 99th percentile of the same.')
  const max = gauge('nodejs.eventloop.delay.max', 'The longest delay of the same.')
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  observeWhileOpen(meter, processor, {
    observables: [p50, p99, max],
    observe(observer) {
      // Where nobody collects, nothing is measured; the first collection has nothing to tell yet.
      if (monitor.enable()) return
      observer.observe(p50, lateness(monitor.percentile(50)), attributes)
      observer.observe(p99, lateness(monitor.percentile(99)), attributes)
      observer.observe(max, lateness(monitor.max), attributes)
      monitor.reset()
    },
    onClosed: () => monitor.disable()
  })
}

/** The monitor records the nanoseconds from timer to timer: what exceeds the interval is the delay, in seconds. */
function lateness(recorded: number): number {
  return Math.max(0, recorded / 1e9 - RESOLUTION_MS / 1e3)
}
