import type { Peer } from './peer.js'

/** Loads a peer by the name of its file, so that a trial's process loads no other peer's dependencies. */
export async function loadPeer(name: string): Promise<Peer> {
  const module = (await import(`./${name}.js`)) as { readonly peer?: Peer }
  if (module.peer === undefined) throw new TypeError(`Expected bench/peers/${name}.ts to export "peer", got none.`)
  return module.peer
}
