import type { Command } from './plan.js'

/** What a name of an account stands for: bare system names mean the account in the given currency. */
export function resolve(name: string | undefined, currency: string | undefined): string {
  const meant = name ?? '@settlement'
  return meant.startsWith('@') && !meant.includes(':') ? `${meant}:${currency}` : meant
}

/**
 * What a command means, field by field: two spellings of one wish are equal, whatever tells them apart otherwise.
 * Texts for people and the wish to keep a decline are no part of it.
 */
export function meaningOf(
  command: Command,
  currencyOf: (accountId: string) => string | undefined,
  legCountOf: (transactionId: string) => number | undefined
): ReadonlyMap<string, unknown> {
  const own = currencyOf(command.accountId)
  const money = (amount: bigint | number | undefined, currency: string | undefined) => ({
    amount: amount === undefined ? undefined : BigInt(amount),
    currency: currency ?? own
  })
  const fields = (): Record<string, unknown> => {
    switch (command.type) {
      case 'CreateAccount': {
        const { currency, initialBalance = 0n, overdraftLimit = 0n } = command
        return { currency, initialBalance: BigInt(initialBalance), overdraftLimit: BigInt(overdraftLimit) }
      }
      case 'ProcessPayment':
        return { ...money(command.amount, command.currency), payee: resolve(command.payee, own) }
      case 'AuthorizePayment': {
        const { expiresInMs = 604_800_000 } = command
        const payee = resolve(command.payee, own)
        return { ...money(command.amount, command.currency), payee, expiresInMs }
      }
      case 'RefundPayment': {
        const { amount, currency, originalTransactionId } = command
        // Where there is one leg, leaving it out is naming it.
        const { leg = legCountOf(originalTransactionId) === 1 ? 0 : undefined } = command
        return { ...money(amount, currency), originalTransactionId, leg }
      }
      case 'Deposit':
        return money(command.amount, command.currency)
      case 'Transfer':
        return { ...money(command.amount, command.currency), to: resolve(command.to, own) }
      case 'PostTransaction':
        return {
          legs: command.legs
            .map(
              leg => `${resolve(leg.from, leg.currency)} ${resolve(leg.to, leg.currency)} ${leg.amount} ${leg.currency}`
            )
            .join()
        }
      case 'CapturePayment':
        return { ...money(command.amount, command.currency), authorizationId: command.authorizationId }
      case 'VoidPayment':
        return { authorizationId: command.authorizationId }
      case 'SetAccountLimits':
        return { overdraftLimit: BigInt(command.overdraftLimit) }
      case 'FreezeAccount':
        return { direction: command.direction }
      case 'UnfreezeAccount':
      case 'CloseAccount':
        return {}
      default:
        return command satisfies never
    }
  }
  return new Map(Object.entries({ type: command.type, ...fields() }))
}
