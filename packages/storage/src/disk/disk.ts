/**
 * The only way to the disk. No descriptors show here: an implementation opens when it must and may close what is idle, so that a log of
 * thousands of segments needs few of them, and so that a simulated disk fits underneath.
 * Everything throws (or rejects with) DiskError.
 */
export interface Disk {
  /**
   * `create` makes the file now and refuses one that is there (EEXIST); `create-or-existing` makes it now if missing; `existing` may put
   * the opening off to the first use, where a missing file then shows (ENOENT).
   */
  open(path: string, how: OpenHow): DiskFile
  exists(path: string): boolean
  /** Names in a directory, sorted. */
  list(path: string): string[]
  /** With its parents; one that is there is fine. */
  makeDirectory(path: string): void
  /** A fresh, empty directory where the system keeps temporary ones. */
  makeTemporaryDirectory(): string
  /** Replaces what stands at `to`. Files that are open keep their old name until they are told: see `DiskFile.moved`. */
  rename(from: string, to: string): void
  /** Removes a file, off the loop: a large one takes long. */
  remove(path: string): Promise<void>
  /** With all that is in it; a missing one is fine. */
  removeDirectory(path: string): Promise<void>
  /** Bytes of a file. */
  size(path: string): number
  /** When a file was last written, in milliseconds since the epoch. */
  modifiedMs(path: string): number
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>
  /** Of the file system of `path`, in bytes; free is what may still be written. */
  space(path: string): DiskSpace
  /** Takes the directory for this process until released or until the process ends, however it ends. @throws DirectoryLockedError */
  lock(directory: string): Promise<DirectoryLock>
}

export interface DiskSpace {
  readonly totalBytes: number
  readonly freeBytes: number
}

export type OpenHow = 'create' | 'existing' | 'create-or-existing'

export interface DiskFile {
  readonly path: string
  /** Bytes, asked of the file system. */
  size(): number
  /** Writes all buffers at `position`, whole. Synchronous: 22 us against 37 for 1 KiB. */
  write(position: number, buffers: readonly Uint8Array[]): void
  /** Off the loop. Fills `target` unless the file ends before; returns the bytes read. */
  read(target: Uint8Array, position: number): Promise<number>
  /** The same at once, for index look-ups and batch headers. */
  readNow(target: Uint8Array, position: number): number
  /** Makes all that was written durable (fdatasync). A failure is final: what it covered may be lost even if a later call succeeds. */
  sync(): Promise<void>
  truncate(size: number): void
  /** It was renamed, alone or with its directory, and stands at `path` now. */
  moved(path: string): void
  /** Lets the file go once the calls under way have ended. */
  close(): void
}

export interface DirectoryLock {
  release(): Promise<void>
}

/** The operating system refused. `code` is its name for why: ENOSPC, EIO, ENOENT... */
export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly code: string
  readonly path: string
  readonly operation: string

  constructor(operation: string, path: string, code: string, detail: string, options?: ErrorOptions) {
    super(`${operation} ${path}: ${detail}`, options)
    this.operation = operation
    this.path = path
    this.code = code
  }
}

export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError'
  readonly directory: string

  constructor(directory: string) {
    super(`${directory} is in use by another process`)
    this.directory = directory
  }
}
