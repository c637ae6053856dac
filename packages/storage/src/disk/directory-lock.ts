import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { type DirectoryLock, DirectoryLockedError } from './disk.ts'
import { asDiskError, guarded } from './node-error.ts'

/**
 * Takes a directory for this process. The operating system holds the lock and drops it with the process, so it cannot go stale.
 * `flock` of `<directory>/.lock` (Kafka's name) where it can be called: koffi loads and LOGAN_PORTABLE is not set. On Linux an abstract socket
 * named by device and inode as well, so that a process that can call flock and one that cannot exclude each other; flock also holds
 * between containers, which have each their own sockets. Elsewhere, without flock, the file is opened for this process alone.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const flock = await loadFlock()
  const byFile = flock === undefined ? undefined : lockByFlock(directory, flock)
  if (process.platform !== 'linux') return byFile ?? lockByOpening(directory)
  try {
    const bySocket = await lockBySocket(directory)
    return releasing(async () => {
      await bySocket.release()
      await byFile?.release()
    })
  } catch (error) {
    await byFile?.release()
    throw error
  }
}

type Flock = (descriptor: number) => { readonly errno: number }

/** LOCK_EX | LOCK_NB, the same on Linux and macOS. */
const exclusiveWithoutWaiting = 6

async function loadFlock(): Promise<Flock | undefined> {
  if (process.env.LOGAN_PORTABLE || process.platform === 'win32') return undefined
  try {
    const { default: koffi } = await import('koffi')
    const libc = koffi.load(process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6')
    const call = libc.func('int flock(int, int)') as (descriptor: number, operation: number) => number
    // errno means something after a failure only.
    return (descriptor) => ({ errno: call(descriptor, exclusiveWithoutWaiting) === 0 ? 0 : koffi.errno() })
  } catch {
    // No prebuilt library for this machine, or another C library: there is a second way.
    return undefined
  }
}

function lockByFlock(directory: string, flock: Flock): DirectoryLock {
  const file = path.join(directory, '.lock')
  const descriptor = guarded('open', file, () => fs.openSync(file, 'a', 0o644))
  const { errno } = flock(descriptor)
  if (errno === 0) return releasing(() => fs.closeSync(descriptor))
  fs.closeSync(descriptor)
  if (errno === osError('EAGAIN')) throw new DirectoryLockedError(directory)
  throw asDiskError('lock', file, Object.assign(new Error(`flock failed with errno ${errno}`), { code: `errno ${errno}` }))
}

function osError(name: 'EAGAIN'): number {
  return process.platform === 'darwin' ? { EAGAIN: 35 }[name] : { EAGAIN: 11 }[name]
}

function lockBySocket(directory: string): Promise<DirectoryLock> {
  const { dev, ino } = guarded('lock', directory, () => fs.statSync(directory, { bigint: true }))
  const server = net.createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new DirectoryLockedError(directory) : asDiskError('lock', directory, error))
    })
    server.listen({ path: `\0logan-directory-${dev}-${ino}` }, () => {
      server.unref()
      resolve(releasing(() => new Promise<void>((closed) => void server.close(() => closed()))))
    })
  })
}

/** Flags of libuv (Windows) and the BSDs (macOS) for an exclusive opening; Node passes them on but has no names for them. */
const exclusiveOpening: Readonly<Record<string, number>> = { win32: 0x10000000, darwin: 0x20 | fs.constants.O_NONBLOCK }

function lockByOpening(directory: string): DirectoryLock {
  const file = path.join(directory, '.lock')
  const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | (exclusiveOpening[process.platform] ?? 0)
  let descriptor: number
  try {
    descriptor = fs.openSync(file, flags, 0o644)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['EBUSY', 'EAGAIN', 'EACCES', 'EPERM'].includes(code)) throw new DirectoryLockedError(directory)
    throw asDiskError('lock', file, error)
  }
  return releasing(() => fs.closeSync(descriptor))
}

function releasing(release: () => void | Promise<void>): DirectoryLock {
  let released: Promise<void> | undefined
  return {
    release() {
      released ??= Promise.resolve(release())
      return released
    },
  }
}
