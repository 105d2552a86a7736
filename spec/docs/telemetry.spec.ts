import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { openPaymentProcessor } from 'bursar'
import { instrument } from 'bursar/opentelemetry'
import { REPOSITORY } from '../packaging/installed-package.js'
import { everyOutcome } from '../support/every-outcome.js'
import { telemetry, type Metric } from '../support/telemetry.js'

const page = readFileSync(join(REPOSITORY, 'docs/reference/telemetry.md'), 'utf8')

/** The rows of the table under a heading, as cells. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find(text => text.startsWith(`${heading}\n`))!
  const [table] = section.match(/^\|.*\n(?:\|.*\n)+/m)!
  const lines = table.trim().split('\n').slice(2)
  return lines.map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim())
  )
}

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
}

function documentedMetrics() {
  return rowsUnder('Metrics').map(([name, kind, unit, attributes]) => ({
    name: namesIn(name!)[0],
    kind,
    unit: namesIn(unit!)[0],
    attributes: [...namesIn(attributes!)].sort()
  }))
}

function measuredMetric({ name, kind, unit, points }: Metric) {
  const attributes = new Set(points.flatMap(point => Object.keys(point.attributes)))
  return { name, kind, unit, attributes: [...attributes].sort() }
}

describe('docs/reference/telemetry.md', () => {
  const observed = telemetry()
  let metrics: readonly Metric[]

  before(async () => {
    const { meterProvider, tracerProvider } = observed
    const bursar = instrument(await openPaymentProcessor(), { meterProvider, tracerProvider })
    await everyOutcome(bursar)
    await observed.metrics()
    metrics = await observed.metrics()
    await bursar.close()
  })

  it('has every metric with its kind, its unit and its attributes, and no other', () => {
    expect(metrics).to.have.length.greaterThan(10)
    expect(documentedMetrics()).to.have.deep.members(metrics.map(measuredMetric))
  })

  it('knows the name of the meter and of the tracer', () => {
    expect(new Set(metrics.map(({ scope }) => scope))).to.deep.equal(new Set(['bursar']))
    expect(new Set(observed.spans().map(span => span.instrumentationScope.name))).to.deep.equal(new Set(['bursar']))
  })

  it('has every attribute of a span, and no other', () => {
    const [[name, attributes] = []] = rowsUnder('Spans')
    expect(namesIn(name!)).to.deep.equal(['bursar.<type>'])
    for (const span of observed.spans()) {
      expect(span.name).to.equal(`bursar.${String(span.attributes['bursar.command.type'])}`)
    }
    const measured = new Set(observed.spans().flatMap(span => Object.keys(span.attributes)))
    expect(new Set(namesIn(attributes!))).to.deep.equal(measured)
  })

  it('explains every attribute, and no other', () => {
    const used = [
      ...documentedMetrics().flatMap(({ attributes }) => attributes),
      ...namesIn(rowsUnder('Spans')[0]![1]!)
    ]
    expect(rowsUnder('Attributes').map(([name]) => namesIn(name!)[0])).to.have.members([...new Set(used)])
  })

  it('names every status that is told', () => {
    const [row] = rowsUnder('Attributes').filter(([name]) => name === '`bursar.status`')
    const status = metrics.find(({ name }) => name === 'bursar.processor.status')!
    expect(namesIn(row![1]!)).to.have.members(status.points.map(({ attributes }) => attributes['bursar.status']))
  })
})
