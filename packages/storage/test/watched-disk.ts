import path from 'node:path'
import { type Disk, DiskError, type DiskFile, type DiskSpace, nodeDisk, type OpenHow } from '../src/index.ts'

/** The real disk, which writes down what is done to it and fails when told. */
export class WatchedDisk implements Disk {
  /** `write 00000000000000000000.log`, `sync ...`, `sync directory t-0`; in the order in which they ended. */
  readonly events: string[] = []
  /** Reads on the loop. */
  readsNow = 0
  /** Error codes for the next operations of a kind on files whose names end like this. */
  readonly failures: { operation: 'write' | 'sync'; suffix: string; code: string }[] = []
  /** Syncs do nothing: for tests of what is written, which are much faster so. */
  skipsSyncs = false
  /** While set, syncs wait for it. */
  gate: Promise<void> | undefined

  open(target: string, how: OpenHow): DiskFile {
    return this.#watch(nodeDisk.open(target, how))
  }

  exists(target: string): boolean {
    return nodeDisk.exists(target)
  }

  list(target: string): string[] {
    return nodeDisk.list(target)
  }

  makeDirectory(target: string): void {
    nodeDisk.makeDirectory(target)
  }

  makeTemporaryDirectory(): string {
    return nodeDisk.makeTemporaryDirectory()
  }

  rename(from: string, to: string): void {
    nodeDisk.rename(from, to)
  }

  remove(target: string): Promise<void> {
    return nodeDisk.remove(target)
  }

  removeDirectory(target: string): Promise<void> {
    return nodeDisk.removeDirectory(target)
  }

  size(target: string): number {
    return nodeDisk.size(target)
  }

  modifiedMs(target: string): number {
    return nodeDisk.modifiedMs(target)
  }

  async syncDirectory(target: string): Promise<void> {
    if (!this.skipsSyncs) await nodeDisk.syncDirectory(target)
    this.events.push(`sync directory ${path.basename(target)}`)
  }

  space(target: string): DiskSpace {
    return nodeDisk.space(target)
  }

  lock(directory: string): ReturnType<Disk['lock']> {
    return nodeDisk.lock(directory)
  }

  #watch(file: DiskFile): DiskFile {
    const name = (): string => path.basename(file.path)
    return {
      get path() {
        return file.path
      },
      size: () => file.size(),
      write: (position, buffers) => {
        const code = this.#failure('write', file.path)
        if (code !== undefined) {
          // Half of it gets in, as on a full disk.
          file.write(position, [buffers[0]!.subarray(0, buffers[0]!.length >>> 1)])
          throw new DiskError('write', file.path, code, 'as told')
        }
        file.write(position, buffers)
        this.events.push(`write ${name()}`)
      },
      read: (target, position) => file.read(target, position),
      readNow: (target, position) => {
        this.readsNow++
        return file.readNow(target, position)
      },
      sync: async () => {
        await this.gate
        const code = this.#failure('sync', file.path)
        if (code !== undefined) throw new DiskError('sync', file.path, code, 'as told')
        if (!this.skipsSyncs) await file.sync()
        this.events.push(`sync ${name()}`)
      },
      truncate: (size) => file.truncate(size),
      moved: (target) => file.moved(target),
      close: () => file.close(),
    }
  }

  #failure(operation: 'write' | 'sync', target: string): string | undefined {
    const index = this.failures.findIndex((failure) => failure.operation === operation && target.endsWith(failure.suffix))
    return index === -1 ? undefined : this.failures.splice(index, 1)[0]!.code
  }
}
