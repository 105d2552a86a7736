import { readFileSync } from 'node:fs'
import type { Finding } from './check-up.js'

const PRELOADS = ['LD_PRELOAD', 'DYLD_INSERT_LIBRARIES'] as const
const NEXT = 'A library that is loaded first can turn syncing into nothing, as eatmydata does: start without it.'

/** Whether something stands between the processes and the calls that sync: in this one, and in the writer. */
export function checkPreload(writerPid: number | undefined): Finding {
  const maps = [readText('/proc/self/maps'), writerPid === undefined ? '' : readText(`/proc/${writerPid}/maps`)]
  return preloadFinding(process.env, maps)
}

/** @param maps what is mapped into the processes */
export function preloadFinding(environment: NodeJS.ProcessEnv, maps: readonly string[]): Finding {
  if (maps.some(text => text.includes('libeatmydata'))) {
    return { check: 'preload', status: 'fail', found: 'libeatmydata is loaded: nothing is ever synced', next: NEXT }
  }
  const set = PRELOADS.filter(name => (environment[name] ?? '') !== '')
  if (set.length === 0) return { check: 'preload', status: 'ok', found: 'nothing' }
  return {
    check: 'preload',
    status: 'warn',
    found: set.map(name => `${name}=${environment[name]}`).join(' '),
    next: NEXT
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Another system, or another user's process: then the environment alone has to tell.
    return ''
  }
}
