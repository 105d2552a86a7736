import { expect } from 'chai'
import fc from 'fast-check'
import { csvLines, type CsvLine } from '../../lib/cli/csv-lines.js'

describe('csvLines', () => {
  it('numbers lines from 1 and counts blank ones', async () => {
    expect(await read('a,b\n\n1,2\n')).to.deep.equal([fields(1, 'a', 'b'), fields(3, '1', '2')])
  })

  it('reads quoted fields with commas and doubled quotes', async () => {
    expect(await read('"a,b","say ""hi""",c\n')).to.deep.equal([fields(1, 'a,b', 'say "hi"', 'c')])
  })

  for (const [name, text] of [
    ['CRLF line ends', 'a,b\r\n"1",2\r\n3,4\r\n'],
    ['mixed line ends', 'a,b\n"1",2\r\n3,4\n'],
    ['a byte order mark', '\uFEFFa,b\n1,2\n3,4\n'],
    ['a byte order mark before a quote', '\uFEFF"a",b\n1,2\n3,4\n'],
    ['no line end at the end', 'a,b\n1,2\n3,"4"']
  ] as const) {
    it(`reads a file with ${name}`, async () => {
      expect(await read(text)).to.deep.equal([fields(1, 'a', 'b'), fields(2, '1', '2'), fields(3, '3', '4')])
    })
  }

  it('finds nothing in an empty file', async () => {
    expect(await read('')).to.deep.equal([])
    expect(await read('\n\r\n')).to.deep.equal([])
  })

  for (const [name, line] of [
    ['that opens a quote and never closes it', 'x,"y'],
    ['with text behind a closing quote', '"x"y,z'],
    ['with a quote inside a plain field', 'x"y,z'],
    ['that closes a quote opened on the line before', 'y",z']
  ] as const) {
    it(`reports a line ${name} and goes on with the next`, async () => {
      const [first, second, third] = await read(`a,b\n${line}\n"1",2\n`)
      expect(first).to.deep.equal(fields(1, 'a', 'b'))
      expect(second).to.include({ line: 2 }).and.to.have.property('reason').that.includes('unclosed quote')
      expect(third).to.deep.equal(fields(3, '1', '2'))
    })
  }

  it('reports an endless line without keeping it, and goes on with the next', async () => {
    // Longer than a string can be: whoever keeps the line fails.
    const tenMegabytes = 'x'.repeat(10_000_000)
    async function* endless() {
      yield 'a,b\n'
      for (let part = 0; part < 60; part += 1) yield tenMegabytes
      yield '\n1,2\n'
    }
    const [, long, next] = await collect(endless())
    expect(long).to.include({ line: 2 }).and.to.have.property('reason').that.includes('65536 characters')
    expect(next).to.deep.equal(fields(3, '1', '2'))
  })

  it('gives the same lines however the bytes arrive', () => {
    const text = '\uFEFFäb,"c ""€"""\r\n1,"broken\n\n"2,\u{1F4B6}",3\r\n4'
    const bytes = Buffer.from(text)
    return fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async cuts => {
        const ends = [...cuts, bytes.length].sort((a, b) => a - b)
        async function* pieces() {
          let from = 0
          for (const to of ends) {
            yield bytes.subarray(from, to)
            from = to
          }
        }
        expect(await collect(pieces())).to.deep.equal(await read(text))
      }),
      { numRuns: 50 }
    )
  })

  it('tells how far into the file each line ends', async () => {
    const positions: number[] = []
    for await (const { bytes } of csvLines(once('ä,b\n1,2\n'))) positions.push(bytes)
    expect(positions).to.deep.equal([5, 9])
  })

  it('passes on the error of a file that cannot be read', async () => {
    async function* failing() {
      yield 'a,b\n'
      throw new Error('the disk is gone')
    }
    const outcome = await collect(failing()).catch((error: unknown) => error)
    expect(outcome).to.be.an('error').with.property('message', 'the disk is gone')
  })

  it('ends without an error when the signal aborts, even while the file gives nothing', async () => {
    const controller = new AbortController()
    async function* stuck() {
      yield 'a,b\n'
      await new Promise(() => controller.abort())
    }
    expect(await collect(stuck(), controller.signal)).to.have.lengthOf.at.most(1)
  })
})

type WithoutBytes = { line: number; fields: readonly string[] } | { line: number; reason: string }

function fields(line: number, ...values: string[]): WithoutBytes {
  return { line, fields: values }
}

async function* once(text: string) {
  yield text
}

function read(text: string): Promise<WithoutBytes[]> {
  return collect(once(text))
}

async function collect(input: AsyncIterable<Uint8Array | string>, signal?: AbortSignal): Promise<WithoutBytes[]> {
  const lines: WithoutBytes[] = []
  for await (const line of csvLines(input, signal)) lines.push(withoutBytes(line))
  return lines
}

function withoutBytes(line: CsvLine): WithoutBytes {
  return 'fields' in line ? fields(line.line, ...line.fields) : { line: line.line, reason: line.reason }
}
