import { ProtocolError } from '../protocol-error.ts'

/** @throws ProtocolError unless the value is an integer within the bounds, which are included */
export function checkInteger(field: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ProtocolError(`${value} is not an integer from ${least} to ${most}`, { api: 'record batch', field })
  }
}
