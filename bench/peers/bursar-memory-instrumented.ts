import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { memoryStore } from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { openBursar } from './open-bursar.js'
import type { Peer } from './peer.js'

/** The same with metrics in an SDK, as a process that Prometheus scrapes has it, and without spans. */
export const peer: Peer = {
  open(job) {
    const store = memoryStore()
    const meterProvider = new MeterProvider({ readers: [new PrometheusExporter({ preventServerStart: true })] })
    return openBursar(
      job,
      () => store,
      processor => instrument(processor, { meterProvider })
    )
  }
}
