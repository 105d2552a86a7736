import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ImportFileError } from './settings.js'

/** A file that is read more than once: whole, and from the middle. */
export interface ImportSource {
  readonly bytes: number
  /** The bytes from `start` up to and without `end`. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>
  /** Rejects with `ImportFileError` when the file is no longer what it was at the beginning. */
  assertUnchanged(): Promise<void>
}

/** A pipe can be read only once, so it is copied to a file that is gone afterwards. */
export async function fileSource(path: string): Promise<ImportSource & AsyncDisposable> {
  const handle = await open(path)
  const stat = await handle.stat()
  if (stat.isDirectory()) {
    await handle.close()
    throw new ImportFileError(`Expected a file to import, got a directory: ${path}`)
  }
  if (stat.isFile()) return sourceOf(handle, path, () => handle.close())
  await handle.close()
  const folder = await mkdtemp(join(tmpdir(), 'bursar-import-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'input')
    await pipeline(createReadStream(path), createWriteStream(copy, { mode: 0o600 }))
    const copied = await open(copy)
    return await sourceOf(copied, path, () => copied.close().then(remove))
  } catch (error) {
    await remove()
    throw error
  }
}

async function sourceOf(
  handle: FileHandle,
  path: string,
  close: () => Promise<void>
): Promise<ImportSource & AsyncDisposable> {
  const { size, mtimeMs } = await handle.stat()
  return {
    bytes: size,
    read: (start = 0, end = size) => bytesOf(handle, start, end),
    async assertUnchanged() {
      const now = await handle.stat()
      if (now.size === size && now.mtimeMs === mtimeMs) return
      throw new ImportFileError(`The file changed while it was read: ${path}. Import it when nobody writes it.`)
    },
    [Symbol.asyncDispose]: close
  }
}

const CHUNK_BYTES = 65_536

/** Positions are named with every read, so that several readings of one file do not disturb each other. */
async function* bytesOf(handle: FileHandle, start: number, end: number): AsyncGenerator<Uint8Array> {
  let at = start
  while (at < end) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** Text that is in memory already. */
export function textSource(text: string | Uint8Array): ImportSource {
  const bytes = Buffer.from(text)
  return {
    bytes: bytes.length,
    async *read(start = 0, end = bytes.length) {
      for (let from = start; from < end; from += CHUNK_BYTES) {
        yield bytes.subarray(from, Math.min(end, from + CHUNK_BYTES))
      }
    },
    assertUnchanged: async () => undefined
  }
}
