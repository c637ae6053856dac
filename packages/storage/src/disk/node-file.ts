import fs from 'node:fs'
import type { DescriptorPool } from './descriptor-pool.ts'
import type { DiskFile, OpenHow } from './disk.ts'
import { asDiskError, guarded } from './node-error.ts'

const flags: Readonly<Record<OpenHow, number>> = {
  create: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
  existing: fs.constants.O_RDWR,
  'create-or-existing': fs.constants.O_RDWR | fs.constants.O_CREAT,
}

const closed = -1

/** A file that holds a descriptor only while it is used often enough; the pool decides. Owned by the thread that opened it. */
export class NodeFile implements DiskFile {
  path: string
  /** Set at every use, cleared by the pool's sweep. */
  recentlyUsed = true
  readonly #pool: DescriptorPool
  #descriptor = closed
  /** Calls under way off the loop, which need the descriptor to stay. */
  #busy = 0
  /** Closing would lose sight of a failed write-back. */
  #unsynced = false
  /** Its owner is done with it; who still reads opens it for that moment. */
  #closed = false

  constructor(path: string, how: OpenHow, pool: DescriptorPool) {
    this.path = path
    this.#pool = pool
    if (how !== 'existing') this.#open(how)
  }

  get isOpen(): boolean {
    return this.#descriptor !== closed
  }

  get isIdle(): boolean {
    return this.#busy === 0 && !this.#unsynced
  }

  size(): number {
    const descriptor = this.#use()
    return guarded('size', this.path, () => fs.fstatSync(descriptor).size)
  }

  write(position: number, buffers: readonly Uint8Array[]): void {
    const descriptor = this.#use()
    this.#unsynced = true
    try {
      const [only] = buffers
      if (buffers.length === 1 && only !== undefined) writeWhole(descriptor, only, position)
      else writeAll(descriptor, buffers, position)
    } catch (error) {
      throw asDiskError('write', this.path, error)
    }
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    const descriptor = this.#use()
    let done = 0
    this.#busy++
    try {
      while (done < target.length) {
        const count = await readSome(descriptor, target, done, position + done)
        if (count === 0) break
        done += count
      }
      return done
    } catch (error) {
      throw asDiskError('read', this.path, error)
    } finally {
      this.#idle()
    }
  }

  readNow(target: Uint8Array, position: number): number {
    const descriptor = this.#use()
    let done = 0
    try {
      while (done < target.length) {
        const count = fs.readSync(descriptor, target, done, target.length - done, position + done)
        if (count === 0) break
        done += count
      }
      return done
    } catch (error) {
      throw asDiskError('read', this.path, error)
    }
  }

  async sync(): Promise<void> {
    const descriptor = this.#use()
    this.#busy++
    // Writes that arrive while it runs set this again; it must not be cleared after the wait.
    this.#unsynced = false
    try {
      await dataSync(descriptor)
    } catch (error) {
      this.#unsynced = true
      throw asDiskError('sync', this.path, error)
    } finally {
      this.#idle()
    }
  }

  truncate(size: number): void {
    const descriptor = this.#use()
    this.#unsynced = true
    guarded('truncate', this.path, () => fs.ftruncateSync(descriptor, size))
  }

  moved(path: string): void {
    this.path = path
  }

  close(): void {
    this.#closed = true
    if (this.#busy === 0) this.closeDescriptor()
  }

  closeDescriptor(): void {
    if (!this.isOpen) return
    const descriptor = this.#descriptor
    this.#descriptor = closed
    this.#unsynced = false
    this.#pool.left(this)
    guarded('close', this.path, () => fs.closeSync(descriptor))
  }

  #use(): number {
    this.recentlyUsed = true
    if (!this.isOpen) this.#open('existing')
    return this.#descriptor
  }

  #open(how: OpenHow): void {
    this.#pool.makeRoom()
    this.#descriptor = guarded('open', this.path, () => this.#openOnce(how))
    this.#pool.entered(this)
  }

  /** The process may have fewer descriptors than the pool believes, or connections may hold them: then the pool gives some back. */
  #openOnce(how: OpenHow): number {
    for (;;) {
      try {
        return fs.openSync(this.path, flags[how], 0o644)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EMFILE' || !this.#pool.giveUpOne()) throw error
      }
    }
  }

  #idle(): void {
    this.#busy--
    if (this.#busy === 0 && this.#closed) this.closeDescriptor()
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) done += fs.writeSync(descriptor, bytes, done, bytes.length - done, position + done)
}

/** One call as a rule. After a short write (a nearly full disk) the rest goes buffer by buffer, until it is in or the error shows. */
function writeAll(descriptor: number, buffers: readonly Uint8Array[], position: number): void {
  let written = fs.writevSync(descriptor, buffers, position)
  let start = position
  for (const buffer of buffers) {
    const skip = Math.min(written, buffer.length)
    if (skip < buffer.length) writeWhole(descriptor, buffer.subarray(skip), start + skip)
    written -= skip
    start += buffer.length
  }
}

function readSome(descriptor: number, target: Uint8Array, offset: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, target, offset, target.length - offset, position, (error, count) =>
      error === null ? resolve(count) : reject(error),
    )
  })
}

function dataSync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)))
  })
}
