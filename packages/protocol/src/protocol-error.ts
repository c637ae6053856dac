/** Where in a message something was wrong. */
export interface ProtocolErrorContext {
  /** Name of the API, record type or format, e.g. `Produce request` or `record batch`. */
  readonly api?: string
  readonly version?: number
  /** Path of the field, e.g. `topics[2].partitions[0].records`. */
  readonly field?: string
  /** Byte position within the bytes that were given. */
  readonly position?: number
}

/**
 * The one error that malformed bytes, or a message that a version cannot carry, end in.
 * Nothing else is thrown for bad input; anything else thrown by this package is a bug.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly api: string | undefined
  readonly version: number | undefined
  readonly field: string | undefined
  readonly position: number | undefined
  /** What was wrong, without the place. */
  readonly reason: string

  constructor(reason: string, context: ProtocolErrorContext = {}) {
    super(describe(reason, context))
    this.reason = reason
    this.api = context.api
    this.version = context.version
    this.field = context.field
    this.position = context.position
  }
}

function describe(reason: string, { api, version, field, position }: ProtocolErrorContext): string {
  const place = [
    api === undefined ? '' : version === undefined ? api : `${api} v${version}`,
    field === undefined ? '' : `field ${field}`,
    position === undefined ? '' : `at byte ${position}`,
  ].filter((part) => part !== '')
  return place.length === 0 ? reason : `${place.join(', ')}: ${reason}`
}
