/**
 * What results inherit, so that `JSON.stringify` can write them: amounts as decimal text, since JSON knows no 64-bit
 * integers. Inherited, because a method of its own for every result would cost every payment; and with the constructor
 * of plain objects, because that is what they are for whoever prints, compares, spreads or clones them.
 */
export function makeWritable(kind: { readonly prototype: object }): void {
  Object.defineProperties(kind.prototype, {
    constructor: { value: Object, writable: true, configurable: true },
    toJSON: { value: toJson, writable: true, configurable: true }
  })
}

/** Any other plain answer, copied with what results inherit. */
export function writable<T extends object>(fields: T): T {
  return new Writable(fields) as T
}

class Writable {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
makeWritable(Writable)

function toJson(this: object): unknown {
  return jsonOf({ ...this })
}

function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(jsonOf)
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, jsonOf(content)]))
}
