import { ProtocolError } from '../protocol-error.ts'
import { asBuffer } from '../wire/as-buffer.ts'
import { RecordBatchView } from './batch-view.ts'
import { messageSize } from './legacy-message.ts'
import { type MessageSetOptions, readMessageSet } from './message-set.ts'
import type { LogRecord } from './record.ts'
import { records } from './records.ts'
import { magicAt } from './split-batches.ts'

/**
 * Iterates over all records in bytes of any format, mixed as in an old log: a `records` field of Produce and Fetch, or a `.log` file.
 * Records of control batches come too; aborted transactions are not told apart.
 * @throws ProtocolError where something is malformed, or (unless `allowPartial`) the end is inside a batch
 */
export function* allRecords(bytes: Uint8Array, options: MessageSetOptions = {}): Generator<LogRecord, void> {
  const buffer = asBuffer(bytes)
  for (let position = 0; position < buffer.length; ) {
    const size = messageSize(buffer, position)
    if (size === null || size > buffer.length - position) {
      if (options.allowPartial) return
      throw new ProtocolError('bytes end inside a batch', { api: 'record batch', position })
    }
    const entry = buffer.subarray(position, position + size)
    if (magicAt(entry) === 2) yield* records(new RecordBatchView(entry), options)
    else yield* readMessageSet(entry, options)
    position += size
  }
}
