import { Session } from 'node:inspector'

/**
 * Evaluates a function on a private field of an object, through the debugger's interface: for the few facts that must
 * hold on the very object that the library uses and keeps to itself.
 *
 * @param source the text of a function that gets the field's value as `this` and returns a plain value
 */
export function askPrivateField(owner: object, field: `#${string}`, source: string): unknown {
  const session = new Session()
  session.connect()
  const held = globalThis as { ownerUnderInspection?: object }
  held.ownerUnderInspection = owner
  try {
    const expression = 'globalThis.ownerUnderInspection'
    const { result } = post(session, 'Runtime.evaluate', { expression })
    const { privateProperties } = post(session, 'Runtime.getProperties', { objectId: result.objectId })
    const found = privateProperties?.find(({ name }) => name === field)
    if (found?.value?.objectId === undefined) throw new Error(`Expected an object in the private field ${field}`)
    const call = { objectId: found.value.objectId, functionDeclaration: source, returnByValue: true }
    return post(session, 'Runtime.callFunctionOn', call).result.value
  } finally {
    delete held.ownerUnderInspection
    session.disconnect()
  }
}

interface Reply {
  readonly result: { readonly objectId?: string; readonly value?: unknown }
  readonly privateProperties?: readonly { readonly name: string; readonly value?: { readonly objectId?: string } }[]
}

/** The inspector of this very thread answers before `post` returns. */
function post(session: Session, method: string, params: object): Reply {
  let reply: Reply | undefined
  session.post(method, params, (error, result) => {
    if (error !== null) throw error
    reply = result as Reply
  })
  if (reply === undefined) throw new Error(`Expected an answer to ${method} at once`)
  return reply
}
