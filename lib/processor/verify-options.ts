import { checkpointField } from '../audit/checkpoint.js'
import type { VerifyOptions } from '../audit/verify.js'
import { callbackField } from './fields.js'

/** The options of a verification as a caller gave them, checked and copied. @throws InvalidRequestError */
export function verifyOptions({ since, onProgress }: VerifyOptions = {}): VerifyOptions {
  return {
    ...(since !== undefined && { since: checkpointField(since, 'since') }),
    ...(onProgress !== undefined && { onProgress: callbackField(onProgress, 'onProgress') })
  }
}
