import type { ErrorName } from '@logan/protocol'

/** A change of the cluster metadata was not made, or not made everywhere; `error` is what the client is told. */
export class ChangeFailed extends Error {
  override readonly name = 'ChangeFailed'
  readonly error: Exclude<ErrorName, 'NONE'>

  constructor(error: Exclude<ErrorName, 'NONE'>, message: string, options?: ErrorOptions) {
    super(message, options)
    this.error = error
  }
}
