import { decrementSequence } from '@logan/protocol'

/** Kafka remembers the last five batches of a producer: as many as a client may have in flight. */
const batchesToRetain = 5

/** "None" on the wire and on disk, for producer ids, epochs, sequences and offsets alike. */
export const none = -1

/** A batch that was appended. Its base sequence and base offset follow from the delta. */
export interface WrittenBatch {
  readonly lastSequence: number
  readonly lastOffset: number
  /** Number of records less one. */
  readonly offsetDelta: number
  /** The batch's max timestamp: the append time under LogAppendTime. */
  readonly timestampMs: number
}

/** What a log knows of one producer. */
export interface ProducerEntry {
  readonly producerId: number
  readonly epoch: number
  /** Epoch of the transaction coordinator that wrote the last marker; -1 before the first. */
  readonly coordinatorEpoch: number
  readonly lastTimestampMs: number
  /** Where the transaction under way began in this log; -1 outside one. */
  readonly currentTransactionFirstOffset: number
  /** Of the current epoch, oldest first. */
  readonly batches: readonly WrittenBatch[]
}

export function firstSequenceOf({ lastSequence, offsetDelta }: WrittenBatch): number {
  return decrementSequence(lastSequence, offsetDelta)
}

export function lastSequenceOf(entry: ProducerEntry): number {
  return entry.batches.at(-1)?.lastSequence ?? none
}

/** The entry after one more batch. A new epoch forgets the batches of the one before. */
export function withBatch(entry: ProducerEntry, epoch: number, batch: WrittenBatch): ProducerEntry {
  const earlier = entry.epoch === epoch ? entry.batches.slice(1 - batchesToRetain) : []
  return { ...entry, epoch, lastTimestampMs: batch.timestampMs, batches: [...earlier, batch] }
}

export function emptyEntry(producerId: number): ProducerEntry {
  return { producerId, epoch: none, coordinatorEpoch: none, lastTimestampMs: none, currentTransactionFirstOffset: none, batches: [] }
}
