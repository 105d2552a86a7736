import type { StoreSession } from '../../lib/store/store.js'

/** A session that behaves like another one except for the methods named: whatever else the port has goes through. */
export function overridingSession(session: StoreSession, methods: Partial<StoreSession>): StoreSession {
  return new Proxy(session, {
    get(target, name) {
      if (name in methods) return methods[name as keyof StoreSession]
      // Read and called on the session itself, so that its private fields are found.
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    }
  })
}
