import { BursarError, InvalidRequestError } from './errors.js'
import { nearest } from './nearest.js'
import { show } from './show.js'

/**
 * What an object of one kind may have. Every object that a caller hands in is held to it, since a misspelt field that is
 * dropped lets a command do something else than it says.
 *
 * - A field is an enumerable property with a string for its name, whatever it holds: `undefined` in a known one means that
 *   it is left out, and an unknown one is refused all the same, because its name is wrong.
 * - Fields that an object inherits count as its own, accessors of its class included, so that instances of classes can be
 *   handed in; methods do not count. `Object.prototype` has no fields for anybody.
 * - Properties named by symbols are marks of other libraries, and are left alone.
 */
export interface Shape {
  /** What messages call an object of this kind. */
  readonly name: string
  readonly fields: ReadonlySet<string>
  /** The three that come first: every payment has them, and comparing is three times as fast as looking up. */
  readonly first: string | undefined
  readonly second: string | undefined
  readonly third: string | undefined
}

/** The compiler sees to it that no field of the type is missing. */
export function shapeOf<T extends object>(name: string, fields: { readonly [Field in keyof T]-?: true }): Shape {
  return shapeNamed(name, Object.keys(fields))
}

export function shapeNamed(name: string, fields: readonly string[]): Shape {
  const [first, second, third] = fields
  return { name, fields: new Set(fields), first, second, third }
}

/**
 * An object that was handed in, checked for unknown fields and copied: each field is read once, so that what is checked
 * is what is used. Nothing at all has no fields.
 *
 * @throws InvalidRequestError
 */
export function fieldsOf<T extends object>(value: T | undefined, shape: Shape, name = shape.name): Partial<T> {
  const copy: Partial<T> = {}
  if (value === undefined) return copy
  if (typeof value !== 'object' || value === null) {
    throw new InvalidRequestError(`Expected ${name} to be an object, got ${show(value)}.`)
  }
  try {
    assertKnownFields(value, shape, name)
    for (const field of shape.fields as ReadonlySet<keyof T>) {
      const content = value[field]
      if (content !== undefined) copy[field] = content
    }
    return copy
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

/**
 * A list that was handed in, copied by its numbers and nothing else: a list of the caller's may have holes, in which
 * nothing is found, and a `map` and an iterator of its own.
 *
 * @throws InvalidRequestError
 */
export function itemsOf(
  value: unknown,
  name: string,
  count: { readonly min: number; readonly max: number }
): unknown[] {
  try {
    if (!Array.isArray(value)) throw new InvalidRequestError(`Expected ${name} to be an array, got ${show(value)}.`)
    const { length } = value
    if (!(length >= count.min && length <= count.max)) {
      throw new InvalidRequestError(`Expected ${count.min}–${count.max} ${name}, got ${length}.`)
    }
    return Array.from({ length }, (_, index): unknown => value[index])
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

/** @throws InvalidRequestError naming a field that the object may not have, and the nearest one that it may have */
export function assertKnownFields(value: object, shape: Shape, name = shape.name): void {
  const { fields, first, second, third } = shape
  for (const field in value) {
    if (field === first || field === second || field === third || fields.has(field)) continue
    assertOfRoot(value, field, shape, name)
  }
  // Whoever can add to Object.prototype could otherwise name the payee of every payment.
  for (const field in NOTHING) if (fields.has(field)) throw polluting(field)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype) assertKnownAccessors(prototype as object | null, shape, name)
}

const NOTHING = {}

/** What a getter or a proxy of the caller threw, as an error of ours; errors of ours as they are. */
export function unreadable(name: string, cause: unknown): BursarError {
  if (cause instanceof BursarError) return cause
  return new InvalidRequestError(`Expected ${name} to have fields that can be read, got one that throws.`, { cause })
}

function assertOfRoot(value: object, field: string, shape: Shape, name: string): void {
  if (Object.hasOwn(value, field) || !Object.hasOwn(Object.prototype, field)) throw unknownField(field, shape, name)
}

/** Classes define accessors where no loop over fields finds them. */
function assertKnownAccessors(prototype: object | null, shape: Shape, name: string): void {
  if (prototype === null) return
  const next = Object.getPrototypeOf(prototype) as object | null
  // The root of this realm or of another one.
  if (next === null) return
  for (const [field, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof value !== 'function' && !shape.fields.has(field)) throw unknownField(field, shape, name)
  }
  assertKnownAccessors(next, shape, name)
}

function unknownField(field: string, { fields }: Shape, name: string): InvalidRequestError {
  const meant = nearest(field, fields)
  return new InvalidRequestError(
    `Field ${show(field)} of ${name} is unknown.${meant === undefined ? '' : ` Did you mean ${show(meant)}?`} ` +
      `Known are ${[...fields].join(', ')}.${fields.has('metadata') ? ' Fields of your own belong in metadata.' : ''}`
  )
}

function polluting(field: string): InvalidRequestError {
  return new InvalidRequestError(
    `Object.prototype has a field ${show(field)}, which every request would inherit. ` +
      'Find the code that set it: nothing is executed until it is gone.'
  )
}
