import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DescriptorPool } from './descriptor-pool.ts'
import { lockDirectory } from './directory-lock.ts'
import type { DirectoryLock, Disk, DiskFile, DiskSpace, OpenHow } from './disk.ts'
import { asDiskError, guarded } from './node-error.ts'
import { NodeFile } from './node-file.ts'

/** Leaves room for connections under the common limit of 1024 descriptors. */
const descriptorLimitMax = 512

/** The file system, by Node. */
class NodeDisk implements Disk {
  readonly #pool: DescriptorPool

  constructor(descriptorLimit: number) {
    this.#pool = new DescriptorPool(descriptorLimit)
  }

  open(filePath: string, how: OpenHow): DiskFile {
    return new NodeFile(filePath, how, this.#pool)
  }

  exists(target: string): boolean {
    return fs.existsSync(target)
  }

  list(directory: string): string[] {
    return guarded('list', directory, () => fs.readdirSync(directory).sort())
  }

  makeDirectory(directory: string): void {
    guarded('make directory', directory, () => makeWithParents(path.resolve(directory)))
  }

  makeTemporaryDirectory(): string {
    const prefix = path.join(os.tmpdir(), 'logan-')
    return guarded('make temporary directory', prefix, () => fs.mkdtempSync(prefix))
  }

  rename(from: string, to: string): void {
    guarded('rename', from, () => fs.renameSync(from, to))
  }

  async remove(target: string): Promise<void> {
    await fs.promises.unlink(target).catch((error: unknown) => {
      throw asDiskError('remove', target, error)
    })
  }

  async removeDirectory(directory: string): Promise<void> {
    await fs.promises.rm(directory, { recursive: true, force: true }).catch((error: unknown) => {
      throw asDiskError('remove directory', directory, error)
    })
  }

  size(target: string): number {
    return guarded('size', target, () => fs.statSync(target).size)
  }

  modifiedMs(target: string): number {
    return guarded('modification time', target, () => Math.trunc(fs.statSync(target).mtimeMs))
  }

  async syncDirectory(directory: string): Promise<void> {
    // Windows cannot sync a directory, and does not need to.
    if (process.platform === 'win32') return
    let handle: fs.promises.FileHandle | undefined
    try {
      handle = await fs.promises.open(directory, 'r')
      await handle.sync()
    } catch (error) {
      throw asDiskError('sync directory', directory, error)
    } finally {
      await handle?.close()
    }
  }

  space(target: string): DiskSpace {
    const { bsize, blocks, bavail } = guarded('space', target, () => fs.statfsSync(target))
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail }
  }

  lock(directory: string): Promise<DirectoryLock> {
    return lockDirectory(directory)
  }
}

/** A disk with its own bound on open descriptors. */
export function createNodeDisk({ descriptorLimit = defaultDescriptorLimit() }: { readonly descriptorLimit?: number } = {}): Disk {
  return new NodeDisk(descriptorLimit)
}

/** The disk of this machine. */
export const nodeDisk: Disk = createNodeDisk()

/** Half of what the process may open, where that can be known; connections have the other half. */
function defaultDescriptorLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8')) ?? []
    return Math.min(descriptorLimitMax, Math.floor(Number(soft ?? Number.POSITIVE_INFINITY) / 2))
  } catch {
    // Not Linux: what is missing is then given back when it is needed, see NodeFile.
    return descriptorLimitMax
  }
}

/** Node's own `recursive` never ends where making a directory under an existing one says ENOENT, as below /proc (seen with Node 26). */
function makeWithParents(directory: string): void {
  if (fs.existsSync(directory)) {
    if (fs.statSync(directory).isDirectory()) return
    throw Object.assign(new Error('a file is in its place'), { code: 'EEXIST' })
  }
  const parent = path.dirname(directory)
  if (parent !== directory) makeWithParents(parent)
  try {
    fs.mkdirSync(directory)
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
