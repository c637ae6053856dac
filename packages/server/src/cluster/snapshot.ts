import {
  buildBatch,
  controlRecord,
  decodeMetadataRecord,
  ProtocolError,
  parseControlRecord,
  RecordBatchView,
  records,
  setBaseOffset,
  setPartitionLeaderEpoch,
  splitBatches,
  validateBatch,
} from '@logan/protocol'
import { ImageBuilder } from './apply.ts'
import { type ClusterImage, emptyImage } from './image.ts'
import { encodeBatches } from './metadata-changes.ts'
import { MetadataError } from './metadata-error.ts'
import { recordsOfImage } from './new-records.ts'

/** Which snapshot: all records below `offset`, the last of which has `epoch`. */
export interface SnapshotId {
  readonly offset: number
  readonly epoch: number
}

const namePattern = /^(\d{20})-(\d{10})\.checkpoint$/

export function snapshotFileName({ offset, epoch }: SnapshotId): string {
  return `${String(offset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`
}

/** Undefined when the name is not a snapshot's. */
export function snapshotIdOf(fileName: string): SnapshotId | undefined {
  const [, offset, epoch] = namePattern.exec(fileName) ?? []
  return offset === undefined || epoch === undefined ? undefined : { offset: Number(offset), epoch: Number(epoch) }
}

/**
 * An image as a snapshot file of Kafka (KIP-630): a control batch with the header, the records that make the image from nothing, a
 * control batch with the footer. `timestampMs`: when the last record in it was written.
 */
export function encodeSnapshot(image: ClusterImage, { epoch }: SnapshotId, nodeId: number, timestampMs: number): Buffer {
  const header = controlBatch(controlRecord('snapshotHeader', { lastContainedLogTimestamp: timestampMs }), timestampMs)
  const footer = controlBatch(controlRecord('snapshotFooter', {}), timestampMs)
  const batches = [header, ...encodeBatches(recordsOfImage(image, nodeId), timestampMs), footer]
  let offset = 0
  for (const bytes of batches) {
    const batch = new RecordBatchView(bytes)
    setBaseOffset(batch, offset)
    setPartitionLeaderEpoch(batch, epoch)
    offset = batch.lastOffset + 1
  }
  return Buffer.concat(batches)
}

/** Reads a snapshot back. @throws MetadataError, ProtocolError when it is not whole or not sound */
export function decodeSnapshot(bytes: Buffer, { offset }: SnapshotId): ClusterImage {
  const batches = splitBatches(bytes)
  if (controlTypeOf(batches[0]) !== 'snapshotHeader') throw new MetadataError('the snapshot does not begin with a header')
  if (controlTypeOf(batches.at(-1)) !== 'snapshotFooter') throw new MetadataError('the snapshot does not end with a footer')
  const builder = new ImageBuilder(emptyImage)
  let expected = 0
  for (const batch of batches) {
    const fault = validateBatch(batch, 'log')
    if (fault !== null) throw new MetadataError(`the snapshot is not sound: ${fault.message}`)
    if (batch.baseOffset !== expected) throw new MetadataError(`the snapshot goes on with ${batch.baseOffset} where ${expected} is next`)
    expected = batch.lastOffset + 1
    if (!batch.isControl) for (const { value } of records(batch)) builder.apply(decodeMetadataRecord(value ?? Buffer.alloc(0)))
  }
  return builder.build(offset - 1)
}

function controlBatch(record: { key: Buffer; value: Buffer }, timestamp: number): Buffer {
  return buildBatch({ records: [{ ...record, timestamp }], isControl: true })
}

function controlTypeOf(batch: RecordBatchView | undefined): string | undefined {
  if (batch?.isControl !== true) return undefined
  const [record] = records(batch)
  if (record === undefined) throw new ProtocolError('a control batch without a record', { api: 'snapshot' })
  return parseControlRecord(record).type
}
