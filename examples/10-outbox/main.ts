import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const directory = await mkdtemp(join(tmpdir(), 'bursar-example-'))
const shop = fileURLToPath(new URL('shop.ts', import.meta.url))

/** Runs the shop in a process of its own, so that it can be killed as a power cut would. */
function live(...words: readonly string[]): void {
  const { status, signal } = spawnSync(process.execPath, [...process.execArgv, shop, directory, ...words], {
    stdio: ['ignore', 'inherit', 'inherit']
  })
  console.log(signal === null ? `  ended with ${status}` : `  killed by ${signal}`)
}

console.log('first life')
live('order-3')
console.log('second life')
live('order-5')
console.log('third life')
live()

await rm(directory, { recursive: true })
