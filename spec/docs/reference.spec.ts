import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DECLINE_CODES, openPaymentProcessor } from 'bursar'
import { expect } from 'chai'
import { REPOSITORY } from '../packaging/installed-package.js'

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8')
}

/** The first cell of every row of the tables on a page, where it is code. */
function firstCells(page: string): readonly string[] {
  return [...read(page).matchAll(/^\| `([^`]+)` /gm)].map(([, cell]) => cell!)
}

describe('docs/reference/errors.md', () => {
  it('lists every decline code, in the order in which the rules are checked', () => {
    const codes = firstCells('docs/reference/errors.md').filter(cell => /^[a-z_]+$/.test(cell))
    expect(codes).to.deep.equal([...DECLINE_CODES])
  })
})

describe('docs/reference/api.md', () => {
  it('has a section for every member of the processor', async () => {
    const processor = await openPaymentProcessor()
    await processor.close()
    const members = membersOf(processor).filter(name => name !== 'constructor' && !name.startsWith('_'))
    expect(members).to.include('processPayment')
    const headings = [...read('docs/reference/api.md').matchAll(/^### `(\w+)/gm)].map(([, name]) => name)
    expect(headings).to.include.members(members)
  })

  it('has a row for every event', () => {
    const declared = read('lib/observability/events.ts').match(/interface ProcessorEvents .*?\n}/s)![0]
    const events = [...declared.matchAll(/^ {2}'([\w-]+:[\w-]+)':/gm)].map(([, event]) => event)
    expect(events).to.include('group:committed')
    const rows = firstCells('docs/reference/api.md').filter(cell => /^[\w-]+:[\w-]+$/.test(cell))
    expect(rows).to.have.members(events)
  })

  it('describes every option with its default', () => {
    const declared = read('lib/processor/payment-processor.ts').match(/interface PaymentProcessorOptions .*?\n}/s)![0]
    const page = read('docs/reference/api.md')
    const defaults = [...declared.matchAll(/@default ([\d_]+).*\n +(?:\*\/\n +)?readonly (\w+)\?:/g)]
    expect(defaults).not.to.be.empty
    for (const [, value, option] of defaults) {
      expect(page).to.match(new RegExp(`^\\| \`(idempotency\\.|holds\\.)?${option}\` .*\`${value}\``, 'm'))
    }
  })
})

function membersOf(object: object): readonly string[] {
  const prototype: unknown = Object.getPrototypeOf(object)
  const inherited = prototype === null || prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype)
  return [...Object.getOwnPropertyNames(object), ...inherited]
}
