/**
 * Runs a numbered range of calls, a fixed number of them in flight: each caller waits for its answer before it makes the
 * next call. Rejects with the first failure; the other callers stop after the call that they are in.
 */
export async function callMany(
  range: { readonly from: number; readonly to: number; readonly inFlight: number },
  call: (number: number) => Promise<void>
): Promise<void> {
  let next = range.from
  let hasFailed = false
  const caller = async (): Promise<void> => {
    while (next < range.to && !hasFailed) await call(next++)
  }
  const callers = Array.from({ length: Math.min(range.inFlight, Math.max(range.to - range.from, 0)) }, () =>
    caller().catch((error: unknown) => {
      hasFailed = true
      throw error
    })
  )
  await Promise.all(callers)
}
