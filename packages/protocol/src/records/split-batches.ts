import { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { RecordBatchView } from './batch-view.ts'
import { batchLayout as at, BATCH_OVERHEAD, LOG_OVERHEAD } from './layout.ts'

export interface SplitOptions {
  /** Leave a batch out that is cut off at the end, as a Fetch response may end with one. Default: false, it is an error. */
  readonly allowPartial?: boolean
}

/**
 * Takes bytes apart into batches of magic 2, by their length fields alone; contents stay unchecked.
 * @throws ProtocolError when another magic is found, a length is below that of a header, or (unless `allowPartial`) the end is inside a batch
 */
export function splitBatches(bytes: Uint8Array, { allowPartial = false }: SplitOptions = {}): RecordBatchView[] {
  const buffer = asBuffer(bytes)
  const batches: RecordBatchView[] = []
  let position = 0
  while (position < buffer.length) {
    const size = batchSize(buffer, position)
    if (size === null || position + size > buffer.length) {
      if (allowPartial) break
      throw new ProtocolError('bytes end inside a batch', { api: 'record batch', field: `[${batches.length}]`, position })
    }
    batches.push(new RecordBatchView(buffer, position))
    position += size
  }
  return batches
}

/** Magic of the batch or message set at `position`, in every format the 17th byte; null if the bytes end before it. */
export function magicAt(bytes: Uint8Array, position = 0): number | null {
  return bytes[position + at.magic] ?? null
}

function batchSize(buffer: Buffer, position: number): number | null {
  if (buffer.length - position < at.crc) return null
  const magic = buffer.readInt8(position + at.magic)
  if (magic !== 2) {
    throw new ProtocolError(`magic ${magic} where 2 is expected`, { api: 'record batch', field: 'magic', position: position + at.magic })
  }
  const size = LOG_OVERHEAD + buffer.readInt32BE(position + at.length)
  if (size < BATCH_OVERHEAD) {
    throw new ProtocolError(`batch of ${size} bytes, less than its header`, {
      api: 'record batch',
      field: 'length',
      position: position + at.length,
    })
  }
  return size
}
