import { DiskError } from './disk.ts'

/** Runs a call into the operating system; its error comes out as DiskError. */
export function guarded<T>(operation: string, path: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw asDiskError(operation, path, error)
  }
}

export function asDiskError(operation: string, path: string, error: unknown): DiskError {
  if (error instanceof DiskError) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new DiskError(operation, path, code ?? 'EUNKNOWN', message, { cause: error })
}
