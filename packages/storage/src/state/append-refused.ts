import type { ErrorName } from '@logan/protocol'

/** One record that made its batch fail, by its place in the batch (KIP-467). */
export interface RecordError {
  readonly batchIndex: number
  readonly message: string
}

/** A batch was not appended, for a reason that its sender is told. The log is as it was. */
export class AppendRefused extends Error {
  override readonly name = 'AppendRefused'
  readonly error: ErrorName
  readonly recordErrors: readonly RecordError[]

  constructor(error: ErrorName, message: string, recordErrors: readonly RecordError[] = []) {
    super(message)
    this.error = error
    this.recordErrors = recordErrors
  }
}
