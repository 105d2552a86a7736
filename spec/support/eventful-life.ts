import type { Command, PaymentProcessor } from 'bursar'
import type { ManualClock } from 'bursar/testing'

/**
 * Everything that a ledger can live through, step by step: every command, holds and refunds that begin in one step and
 * end in a later one, declines, refused attempts, expiries, two currencies. Each step adds at least one entry.
 */
export function eventfulLife(bursar: () => PaymentProcessor, clock: ManualClock): readonly (() => Promise<unknown>)[] {
  const ids = new Map<string, string>()
  let keys = 0
  const send = (command: Record<string, unknown> & { readonly type: Command['type'] }, name?: string) => async () => {
    const referring = Object.entries(command).map(([field, value]) => [field, ids.get(String(value)) ?? value])
    const keyed = {
      idempotencyKey: `key ${keys++}`,
      ...(Object.fromEntries(referring) as object)
    } as unknown as Command
    const result = await bursar()
      .submit(keyed)
      .catch(() => undefined)
    if (name !== undefined && result?.success && 'transactionId' in result) ids.set(name, result.transactionId)
  }
  const alice = { accountId: 'alice' }
  return [
    send({ type: 'CreateAccount', ...alice, currency: 'USD', initialBalance: 1_000n, overdraftLimit: 50n }),
    send({ type: 'CreateAccount', accountId: 'bob', currency: 'USD' }),
    send({ type: 'CreateAccount', accountId: 'euro', currency: 'EUR', initialBalance: 500n }),
    send({ type: 'ProcessPayment', ...alice, amount: 100n }, 'paid'),
    send({ type: 'ProcessPayment', ...alice, amount: 30n, payee: 'bob' }, 'paid bob'),
    send({ type: 'RefundPayment', ...alice, originalTransactionId: 'paid', amount: 10n }),
    send({ type: 'AuthorizePayment', ...alice, amount: 20n }, 'captured'),
    send({ type: 'AuthorizePayment', ...alice, amount: 21n }, 'voided'),
    send({ type: 'AuthorizePayment', ...alice, amount: 22n, expiresInMs: 60_000 }, 'expired'),
    send({ type: 'AuthorizePayment', accountId: 'euro', amount: 23n }, 'left open'),
    send({ type: 'FreezeAccount', accountId: 'bob', direction: 'debits', reason: 'a look' }),
    send({ type: 'SetAccountLimits', ...alice, overdraftLimit: 70n }),
    send({ type: 'ProcessPayment', ...alice, amount: 99_999n }),
    send({ type: 'RefundPayment', accountId: 'bob', originalTransactionId: 'paid' }),
    send({ type: 'CapturePayment', ...alice, authorizationId: 'captured', amount: 15n }, 'capture'),
    send({ type: 'RefundPayment', ...alice, originalTransactionId: 'paid', amount: 20n }),
    send({ type: 'RefundPayment', ...alice, originalTransactionId: 'capture' }),
    send({ type: 'VoidPayment', ...alice, authorizationId: 'voided' }),
    async () => {
      clock.advance(120_000)
      await bursar().getBalance('alice')
    },
    send({ type: 'FreezeAccount', accountId: 'bob', direction: 'all', reason: 'a closer look' }),
    send(
      {
        type: 'PostTransaction',
        ...alice,
        legs: [
          { from: 'alice', to: '@settlement', amount: 5n, currency: 'USD' },
          { from: 'euro', to: '@settlement', amount: 6n, currency: 'EUR' }
        ]
      },
      'legs'
    ),
    send({ type: 'RefundPayment', ...alice, originalTransactionId: 'legs', leg: 1, amount: 2n }),
    send({ type: 'UnfreezeAccount', accountId: 'bob' }),
    send({ type: 'SetAccountLimits', ...alice, overdraftLimit: 0n }),
    send({ type: 'RefundPayment', ...alice, originalTransactionId: 'legs', leg: 0, amount: 1n }),
    send({ type: 'RefundPayment', ...alice, originalTransactionId: 'legs', leg: 1, amount: 4n }),
    send({ type: 'Transfer', accountId: 'bob', to: 'alice', amount: 30n }),
    send({ type: 'CloseAccount', accountId: 'bob' }),
    send({ type: 'CreateAccount', accountId: 'late', currency: 'JPY', initialBalance: 9n }),
    send({ type: 'Deposit', accountId: 'euro', amount: 3n })
  ]
}
