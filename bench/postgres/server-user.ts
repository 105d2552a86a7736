import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** Whom the server runs as. PostgreSQL refuses root, so root lends it `nobody`; everybody else runs it as oneself. */
export function serverUser(): ServerUser | undefined {
  return process.getuid?.() === 0 ? unprivilegedUser(readFileSync('/etc/passwd', 'utf8')) : undefined
}

/** The server looks its user up, so that it must be one that exists. */
export function unprivilegedUser(passwd: string): ServerUser {
  const users = passwd
    .split('\n')
    .map(line => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(user => user.uid > 0)
  const found = users.find(user => user.name === 'nobody') ?? users.at(-1)
  if (found === undefined) throw new Error('Expected a user other than root in /etc/passwd, got none. Create one.')
  return { uid: found.uid, gid: found.gid }
}

/** Whether everybody may read a file, or enter a directory, and enter every directory above. */
export function canReach(path: string): boolean {
  const { mode } = statSync(path)
  const needed = path === dirname(path) || statSync(path).isDirectory() ? 0o001 : 0o005
  return (mode & needed) === needed && (path === dirname(path) || canReach(dirname(path)))
}
