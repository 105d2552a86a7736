import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { BursarError, InvalidRequestError, type CommandResult, type PaymentProcessor } from 'bursar'
import { readCommand } from './read-command.js'

/** One door for every command: the processor orders them, the handler only translates. */
export function paymentHandler(processor: PaymentProcessor) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const result = await processor.submit(readCommand(request.headers['idempotency-key'], await body(request)))
      // A decline is a valid answer to a valid question, yet not what was asked for.
      send(response, result.success ? 200 : 422, result)
    } catch (error) {
      if (!(error instanceof BursarError)) throw error
      send(response, STATUS[error.code] ?? 503, { code: error.code, message: error.message })
    }
  }
}

/** What is not listed is about the server, not about the request. */
const STATUS: Readonly<Record<string, number>> = {
  ERR_INVALID_REQUEST: 400,
  ERR_INVALID_AMOUNT: 400,
  ERR_ACCOUNT_NOT_FOUND: 404,
  ERR_TRANSACTION_NOT_FOUND: 404,
  ERR_IDEMPOTENCY_CONFLICT: 409,
  ERR_IDEMPOTENCY_KEY_EXPIRED: 410,
  ERR_QUEUE_FULL: 429
}

async function body(request: IncomingMessage): Promise<unknown> {
  try {
    return await json(request)
  } catch {
    throw new InvalidRequestError('Expected a JSON body, got something else.')
  }
}

function send(response: ServerResponse, status: number, value: CommandResult | object): void {
  // JSON has no bigint: amounts travel as text, so that no client rounds them.
  const text = JSON.stringify(value, (_key, field: unknown) => (typeof field === 'bigint' ? field.toString() : field))
  response.writeHead(status, { 'content-type': 'application/json' }).end(text)
}
