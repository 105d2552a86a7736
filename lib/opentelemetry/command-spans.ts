import { SpanStatusCode, type Attributes, type Span, type Tracer } from '@opentelemetry/api'
import type { CommandResult } from '../domain/result.js'

/** One span for each command, from the call to the answer, below the span that is active at the call. */
export class CommandSpans {
  readonly #tracer: Tracer
  readonly #attributes: Attributes

  constructor(tracer: Tracer, attributes: Attributes) {
    this.#tracer = tracer
    this.#attributes = attributes
  }

  start(type: string): Span {
    return this.#tracer.startSpan(`bursar.${type}`, {
      attributes: { ...this.#attributes, 'bursar.command.type': type }
    })
  }

  /** A decline is an answer, not an error: the status stays unset. */
  answered(span: Span | undefined, { sequence }: CommandResult, outcome: Attributes): void {
    span?.setAttributes({ ...outcome, 'bursar.sequence': sequence })
    span?.end()
  }

  /** The exception is recorded by its code alone: message and stack may name accounts, keys and amounts. */
  rejected(span: Span | undefined, outcome: Attributes & { readonly 'error.type': string }): void {
    const code = outcome['error.type']
    span?.setAttributes(outcome)
    span?.recordException({ code })
    span?.setStatus({ code: SpanStatusCode.ERROR, message: code })
    span?.end()
  }
}
