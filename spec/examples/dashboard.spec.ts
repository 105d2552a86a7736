import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { serveMetrics } from '../../examples/11-metrics/serve-metrics.js'
import { REPOSITORY } from '../packaging/installed-package.js'
import { everyOutcome } from '../support/every-outcome.js'
import { parseQuery, parseScrape } from '../support/scrape.js'

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
}

const { panels } = JSON.parse(
  readFileSync(join(REPOSITORY, 'examples/11-metrics/grafana-dashboard.json'), 'utf8')
) as Dashboard
const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })))

/** The whole of the metrics over HTTP, as Prometheus sees them the second time it comes. */
async function scrape(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const server = await serveMetrics()
  const bursar = instrument(await openPaymentProcessor(), { meterProvider: server.meterProvider })
  try {
    await everyOutcome(bursar)
    await (await fetch(server.url)).text()
    const response = await fetch(server.url)
    expect(response.headers.get('content-type')).to.match(/^text\/plain/)
    return parseScrape(await response.text())
  } finally {
    await bursar.close()
    await server.close()
  }
}

describe('The Grafana dashboard', () => {
  let series: ReadonlyMap<string, ReadonlySet<string>>
  before(async () => (series = await scrape()))

  for (const { title, expr } of queries) {
    it(`asks in "${title}" for what is served: ${expr}`, () => {
      const asked = parseQuery(expr)
      expect(asked.series).not.to.be.empty
      expect([...series.keys()]).to.include.members([...asked.series])
      const labels = asked.series.flatMap(name => [...series.get(name)!])
      expect(labels).to.include.members([...asked.labels])
    })
  }

  it('shows everything that is served', () => {
    const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '')
    const shown = new Set(queries.flatMap(({ expr }) => parseQuery(expr).series).map(base))
    const served = new Set([...series.keys()].filter(name => name !== 'target_info').map(base))
    expect([...served]).to.have.members([...shown])
  })
})

describe('The reading of queries and scrapes', () => {
  it('tells series from functions, labels and durations', () => {
    const query =
      'histogram_quantile(0.9, sum by (le, kind) (rate(a_bucket{code!="x_y",b="1"}[5m]))) / max(c_total) == 1'
    expect(parseQuery(query)).to.deep.equal({
      series: ['a_bucket', 'c_total'],
      labels: ['le', 'kind', 'code', 'b']
    })
  })

  it('reads names and labels of every series', () => {
    const page = '# HELP a of x\na{b="1",c="{\\"d=\\"}"} 7\na{e=""} 1e-5\n# TYPE f gauge\nf 0\n'
    expect(parseScrape(page)).to.deep.equal(
      new Map([
        ['a', new Set(['b', 'c', 'e'])],
        ['f', new Set()]
      ])
    )
  })
})
