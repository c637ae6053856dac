import type { Disk, DiskFile } from './disk.ts'
import { parentOf } from './paths.ts'

/** All bytes of a small file; undefined when there is none. */
export function readWholeFile(disk: Disk, path: string): Buffer | undefined {
  if (!disk.exists(path)) return undefined
  const file = disk.open(path, 'existing')
  try {
    const bytes = Buffer.alloc(file.size())
    return bytes.subarray(0, file.readNow(bytes, 0))
  } finally {
    file.close()
  }
}

/**
 * Puts a whole file in place: after a crash at any moment there is the old content or the new one. Once it resolves the new one is durable.
 * Calls for the same path must not overlap.
 */
export async function writeFileAtomically(disk: Disk, path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp`
  const file = writeNew(disk, temporary, content)
  try {
    await file.sync()
  } finally {
    file.close()
  }
  disk.rename(temporary, path)
  await disk.syncDirectory(parentOf(path))
}

/** Writes a whole file without making it durable. */
export function writeWholeFile(disk: Disk, path: string, content: Uint8Array | string): void {
  writeNew(disk, path, content).close()
}

function writeNew(disk: Disk, path: string, content: Uint8Array | string): DiskFile {
  const file = disk.open(path, 'create-or-existing')
  try {
    file.truncate(0)
    file.write(0, [typeof content === 'string' ? Buffer.from(content) : content])
    return file
  } catch (error) {
    file.close()
    throw error
  }
}
