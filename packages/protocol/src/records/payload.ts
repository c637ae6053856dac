import { type DecompressOptions, decompress, decompressAsync } from '../compression/index.ts'
import { ProtocolError } from '../protocol-error.ts'
import type { RecordBatchView } from './batch-view.ts'
import { LEAST_RECORD_SIZE } from './layout.ts'

/** How the records of a batch are decompressed, where they are compressed. */
export type RecordsOptions = Pick<DecompressOptions, 'maxSize' | 'strict'>

/** The records of a whole batch, decompressed. @throws ProtocolError when they do not decompress, or are too few bytes for the count */
export function recordBytes(batch: RecordBatchView, options: RecordsOptions = {}): Buffer {
  const payload = storedPayload(batch)
  return checked(batch, isPlain(batch) ? payload : decompress(batch.codec, payload, options))
}

/** The same, with decompression off the event loop. */
export async function recordBytesAsync(batch: RecordBatchView, options: RecordsOptions = {}): Promise<Buffer> {
  const payload = storedPayload(batch)
  return checked(batch, isPlain(batch) ? payload : await decompressAsync(batch.codec, payload, options))
}

// A batch that compaction has emptied keeps its codec but has no payload at all.
function isPlain(batch: RecordBatchView): boolean {
  return batch.codec === 0 || batch.count === 0
}

function storedPayload(batch: RecordBatchView): Buffer {
  const size = batch.sizeInBytes
  if (batch.position + size > batch.buffer.length) {
    throw new ProtocolError('bytes end inside a batch', { api: 'record batch', position: batch.position })
  }
  return batch.payload
}

function checked(batch: RecordBatchView, bytes: Buffer): Buffer {
  if (batch.count < 0 || batch.count > bytes.length / LEAST_RECORD_SIZE) {
    throw new ProtocolError(`${batch.count} records in ${bytes.length} bytes`, {
      api: 'record batch',
      field: 'count',
      position: batch.position,
    })
  }
  return bytes
}
