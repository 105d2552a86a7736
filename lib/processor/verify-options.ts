import { checkpointField } from '../audit/checkpoint.js'
import type { VerifyOptions } from '../audit/verify.js'
import { callbackField } from '../domain/callable.js'
import { fieldsOf } from '../domain/known-fields.js'
import { VERIFY_OPTIONS } from './shapes.js'

/** The options of a verification as a caller gave them, checked and copied. @throws InvalidRequestError */
export function verifyOptions(options?: VerifyOptions): VerifyOptions {
  const { since, onProgress } = fieldsOf(options, VERIFY_OPTIONS)
  return {
    ...(since !== undefined && { since: checkpointField(since, 'since') }),
    ...(onProgress !== undefined && { onProgress: callbackField(onProgress, 'onProgress') })
  }
}
