import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

export interface MetricsServer {
  /** What Prometheus is told to scrape. */
  readonly url: string
  readonly meterProvider: MeterProvider
  close(): Promise<void>
}

/** Serves everything that is measured through its provider, on this port; on any free one by default. */
export async function serveMetrics(port = 0): Promise<MetricsServer> {
  // The exporter could serve by itself; a server of our own may be the one that the application has anyway.
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ readers: [exporter] })
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    meterProvider,
    async close() {
      server.close()
      await once(server, 'close')
      await meterProvider.shutdown()
    }
  }
}
