import { incrementSequence } from '@logan/protocol'
import { emptyEntry, firstSequenceOf, lastSequenceOf, none, type ProducerEntry, type WrittenBatch, withBatch } from './producer-entry.ts'

/** Who appends. Clients are checked in full, coordinators have no sequences, the controller keeps no producer state. */
export type AppendOrigin = 'client' | 'coordinator' | 'controller'

/** What the state needs to know of a batch before it is appended; a `RecordBatchView` has it all. */
export interface SequencedBatch {
  /** -1: not from an idempotent producer. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly lastSequence: number
  readonly isTransactional: boolean
}

/** What the state needs to know of a batch once it is in the log; a `RecordBatchView` has it all. */
export interface AppendedBatch extends SequencedBatch {
  readonly isControl: boolean
  readonly baseOffset: number
  readonly lastOffset: number
  /** Milliseconds, as it stands in the log: the append time under LogAppendTime. */
  readonly maxTimestamp: number
}

export type SequenceCheck =
  | { readonly kind: 'append' }
  /** The batch is in the log already, at these offsets and under this max timestamp. */
  | { readonly kind: 'duplicate'; readonly firstOffset: number; readonly lastOffset: number; readonly timestampMs: number }
  | { readonly kind: 'refused'; readonly error: SequenceError; readonly message: string }

export type SequenceError = 'OUT_OF_ORDER_SEQUENCE_NUMBER' | 'INVALID_PRODUCER_EPOCH' | 'INVALID_TXN_STATE'

const append: SequenceCheck = { kind: 'append' }

/**
 * What one log knows of its idempotent producers, and by it whether a batch is next, a repetition or out of turn: the rules of Kafka's
 * ProducerStateManager and ProducerAppendInfo. `check` before an append, `update` after it; recovery calls `update` with every batch
 * it finds, so that a state rebuilt from the log equals the one that was lost.
 */
export class ProducerState {
  readonly #producers = new Map<number, ProducerEntry>()

  get size(): number {
    return this.#producers.size
  }

  /** In order of their first append; for DescribeProducers and snapshots. */
  entries(): Iterable<ProducerEntry> {
    return this.#producers.values()
  }

  entry(producerId: number): ProducerEntry | undefined {
    return this.#producers.get(producerId)
  }

  /** Decides about a batch; changes nothing. */
  check(batch: SequencedBatch, origin: AppendOrigin): SequenceCheck {
    if (batch.producerId < 0) return append
    const entry = this.#producers.get(batch.producerId)
    // Nothing known, be it that the producer is new or that its records were deleted or expired: any sequence is taken, as in Kafka.
    if (entry === undefined || entry.epoch === none) return append
    if (origin === 'client') {
      const duplicate = findDuplicate(entry, batch)
      if (duplicate !== undefined) return duplicate
    }
    return (
      checkEpoch(entry, batch) ??
      (origin === 'client' ? checkSequence(entry, batch) : undefined) ??
      checkTransaction(entry, batch) ??
      append
    )
  }

  /** Takes note of a batch that the log holds. */
  update(batch: AppendedBatch): void {
    if (batch.producerId < 0) return
    const entry = this.#producers.get(batch.producerId) ?? emptyEntry(batch.producerId)
    this.#producers.set(batch.producerId, batch.isControl ? afterMarker(entry, batch) : afterData(entry, batch))
  }

  /** Takes over entries of a snapshot. Those that have expired meanwhile are left out. */
  load(entries: Iterable<ProducerEntry>, nowMs: number, expirationMs: number): void {
    for (const entry of entries) if (!isExpired(entry, nowMs, expirationMs)) this.#producers.set(entry.producerId, entry)
  }

  /**
   * Forgets producers whose last batch carries a timestamp of `expirationMs` (producer.id.expiration.ms) ago or more and who are in no
   * transaction. As in Kafka, it is the batch's timestamp that counts: one who writes old timestamps is forgotten early.
   */
  removeExpired(nowMs: number, expirationMs: number): void {
    for (const entry of this.#producers.values()) if (isExpired(entry, nowMs, expirationMs)) this.#producers.delete(entry.producerId)
  }

  clear(): void {
    this.#producers.clear()
  }
}

function isExpired(entry: ProducerEntry, nowMs: number, expirationMs: number): boolean {
  return entry.currentTransactionFirstOffset === none && nowMs - entry.lastTimestampMs >= expirationMs
}

function findDuplicate(entry: ProducerEntry, { producerEpoch, baseSequence, lastSequence }: SequencedBatch): SequenceCheck | undefined {
  if (entry.epoch !== producerEpoch) return undefined
  const found = entry.batches.find((batch) => firstSequenceOf(batch) === baseSequence && batch.lastSequence === lastSequence)
  if (found === undefined) return undefined
  return {
    kind: 'duplicate',
    firstOffset: found.lastOffset - found.offsetDelta,
    lastOffset: found.lastOffset,
    timestampMs: found.timestampMs,
  }
}

function checkEpoch(entry: ProducerEntry, { producerId, producerEpoch }: SequencedBatch): SequenceCheck | undefined {
  if (producerEpoch >= entry.epoch) return undefined
  return refused('INVALID_PRODUCER_EPOCH', `producer ${producerId} has epoch ${entry.epoch} by now; epoch ${producerEpoch} is fenced`)
}

function checkSequence(entry: ProducerEntry, { producerId, producerEpoch, baseSequence }: SequencedBatch): SequenceCheck | undefined {
  const error = 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  if (producerEpoch !== entry.epoch) {
    if (baseSequence === 0) return undefined
    return refused(error, `producer ${producerId} begins epoch ${producerEpoch} with sequence ${baseSequence} instead of 0`)
  }
  const expected = incrementSequence(lastSequenceOf(entry), 1)
  if (baseSequence === expected) return undefined
  return refused(error, `producer ${producerId} sent sequence ${baseSequence} where ${expected} is next`)
}

function checkTransaction(entry: ProducerEntry, { producerId, isTransactional }: SequencedBatch): SequenceCheck | undefined {
  if (isTransactional || entry.currentTransactionFirstOffset === none) return undefined
  return refused('INVALID_TXN_STATE', `producer ${producerId} sent a batch outside its transaction while that is open`)
}

function refused(error: SequenceError, message: string): SequenceCheck {
  return { kind: 'refused', error, message }
}

function afterData(entry: ProducerEntry, batch: AppendedBatch): ProducerEntry {
  const written: WrittenBatch = {
    lastSequence: batch.lastSequence,
    lastOffset: batch.lastOffset,
    offsetDelta: batch.lastOffset - batch.baseOffset,
    timestampMs: batch.maxTimestamp,
  }
  const next = withBatch(entry, batch.producerEpoch, written)
  const begins = batch.isTransactional && entry.currentTransactionFirstOffset === none
  return begins ? { ...next, currentTransactionFirstOffset: batch.baseOffset } : next
}

/**
 * A commit or abort marker ends the transaction; it has no sequence. Its epoch may be newer than that of the data. The coordinator's epoch
 * inside it is not read: nothing compares it before there are transactions.
 */
function afterMarker(entry: ProducerEntry, { producerEpoch, maxTimestamp }: AppendedBatch): ProducerEntry {
  const batches = entry.epoch === producerEpoch ? entry.batches : []
  return { ...entry, epoch: producerEpoch, batches, lastTimestampMs: maxTimestamp, currentTransactionFirstOffset: none }
}
