import { InvalidRequestError, type Command } from 'bursar'

/** What this server lets its clients do; the ledger can do more. */
type Offered = Extract<Command, { readonly type: 'ProcessPayment' | 'Deposit' }>

/** Turns JSON into a typed command. Only the types are settled here; the processor checks every value. */
export function readCommand(idempotencyKey: unknown, body: unknown): Offered {
  const { type, accountId, amount } = Object(body) as Readonly<Record<string, unknown>>
  const common = {
    accountId: text('accountId', accountId),
    amount: minorUnits(amount),
    idempotencyKey: text('the Idempotency-Key header', idempotencyKey)
  }
  switch (type) {
    case 'ProcessPayment':
      return { type, ...common }
    case 'Deposit':
      return { type, ...common }
    default:
      throw new InvalidRequestError(`Expected type to be ProcessPayment or Deposit, got ${JSON.stringify(type)}.`)
  }
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new InvalidRequestError(`Expected ${name} to be text, got ${JSON.stringify(value)}.`)
}

function minorUnits(value: unknown): bigint {
  if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return BigInt(value)
  throw new InvalidRequestError(`Expected amount to be minor units as text, got ${JSON.stringify(value)}.`)
}
