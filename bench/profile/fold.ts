import type { Profiler } from 'node:inspector'
import { roomOf } from './rooms.js'

/** Microseconds by room. */
export type RoomTimes = Readonly<Record<string, number>>

/** Adds up, by room, the time from each sample to the next. */
export function foldProfile({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, root: string): RoomTimes {
  const rooms = roomsOfNodes(nodes, root)
  const times: Record<string, number> = {}
  for (const [index, node] of samples.entries()) {
    const room = rooms.get(node)!
    // A delta is the time before its sample; V8 now and then reports samples out of order, as negative ones.
    times[room] = (times[room] ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0)
  }
  return times
}

/** From the root of the call tree downwards, so that what has no room of its own inherits its caller's. */
function roomsOfNodes(nodes: readonly Profiler.ProfileNode[], root: string): ReadonlyMap<number, string> {
  const byId = new Map(nodes.map(node => [node.id, node]))
  const rooms = new Map<number, string>()
  const open: { readonly id: number; readonly caller: string | undefined }[] = [{ id: nodes[0]!.id, caller: undefined }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { callFrame, children = [] } = byId.get(next.id)!
    const room = roomOf(callFrame, next.caller, root)
    rooms.set(next.id, room)
    // The root calls everything, and nothing belongs to it.
    const caller = callFrame.functionName === '(root)' ? undefined : room
    for (const id of children) open.push({ id, caller })
  }
  return rooms
}
