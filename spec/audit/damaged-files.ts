import { hash } from 'node:crypto'
import { expect } from 'chai'

/** JSON in which the two characters that are escaped for readers of lines are themselves again. */
const withSeparators = (json: string) =>
  json.replace(/\\[^]{1}[0-9a-f]{0,4}/g, escape =>
    /^\\u202[89]$/.test(escape) ? (JSON.parse(`"${escape}"`) as string) : escape
  )

/** Writes the hashes of a file anew, as a patient forger would. */
export function rechained(lines: readonly string[]): readonly string[] {
  let previousHash = '0'.repeat(64)
  return lines.map(line => {
    const text = line.slice(line.indexOf(',"entry":') + 9, line.lastIndexOf('}'))
    const next = hash('sha256', previousHash + withSeparators(text), 'hex')
    const written = `{"previousHash":"${previousHash}","hash":"${next}","entry":${text}}\n`
    previousHash = next
    return written
  })
}

export const replacedAt = (lines: readonly string[], number: number, from: string | RegExp, to: string) => {
  expect(lines[number - 1]).to.match(new RegExp(from))
  return lines.map((line, index) => (index === number - 1 ? line.replace(from, to) : line))
}

/** What is wrong with a file, the file, and the line that an import must name. */
export const DAMAGED: readonly (readonly [
  what: string,
  damage: (lines: readonly string[]) => readonly string[],
  at: number
])[] = [
  ['an amount was changed', lines => replacedAt(lines, 4, '"100"', '"900"'), 4],
  ['a message was changed', lines => replacedAt(lines, 9, '"message":"', '"message":"x'), 9],
  ['the hash of an entry was changed', lines => replacedAt(lines, 5, /"hash":"..../, '"hash":"0000'), 5],
  ['a line was cut off in the middle', lines => lines.map((line, n) => (n === 7 ? line.slice(0, 200) : line)), 8],
  ['a line was reformatted', lines => replacedAt(lines, 3, ',"entry":', ', "entry": '), 3],
  ['an entry was reformatted', lines => replacedAt(lines, 3, ',"timestamp":', ', "timestamp":'), 3],
  ['a line is missing', lines => lines.toSpliced(5, 1), 6],
  ['the first line is missing', lines => lines.slice(1), 1],
  ['a line stands there twice', lines => lines.toSpliced(5, 0, lines[5]!), 7],
  ['two lines were swapped', lines => lines.toSpliced(5, 2, lines[6]!, lines[5]!), 6],
  ['there is something else in it', lines => lines.toSpliced(2, 0, '{"entry":{}}\n'), 3],
  ['it is another file', () => ['sequence,timestamp\r\n', '1,now\r\n'], 1],
  ['it is binary', () => ['\u0000\u0001\ufffd'], 1],
  [
    'money was made out of nothing, and everything chained anew',
    lines => rechained(replacedAt(lines, 4, '"-100"', '"-1"')),
    4
  ],
  [
    'time was made to run backwards, and everything chained anew',
    lines => rechained(replacedAt(lines, 6, /"timestamp":\d+/, '"timestamp":1')),
    6
  ],
  [
    'an account is created twice, and everything chained anew',
    lines => {
      const again = lines[1]!.replace('"sequence":2', `"sequence":${lines.length + 1}`)
      const later = again.replace(/"timestamp":\d+/, '"timestamp":99999999999999')
      return rechained([...lines, later])
    },
    32
  ],
  [
    'a command is none, and everything chained anew',
    lines => rechained(replacedAt(lines, 6, '"type":"RefundPayment"', '"type":"MintMoney"')),
    6
  ],
  [
    'an account id is a number, and everything chained anew',
    lines => rechained(replacedAt(lines, 7, '"accountId":"alice"', '"accountId":7')),
    7
  ],
  [
    'an amount is beyond all accounts, and everything chained anew',
    lines => rechained(replacedAt(lines, 4, '"amount":"100","currency"', `"amount":"${2n ** 70n}","currency"`)),
    4
  ]
]
