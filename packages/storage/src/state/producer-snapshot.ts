import { crc32c } from '@logan/protocol'
import { corrupt, type Decoded, decoded } from './decoded.ts'
import { lastSequenceOf, none, type ProducerEntry } from './producer-entry.ts'

const version = 1
/** int16 version, uint32 CRC-32C over all that follows, int32 number of entries. */
const crcOffset = 2
const countOffset = 6
const headerSize = 10
/** int64 producer id, int16 epoch, int32 last sequence, int64 last offset, int32 offset delta, int64 timestamp, int32 coordinator epoch, int64 first offset of the transaction. */
const entrySize = 46

/** Bytes of a `.snapshot` file, which holds the state as of the offset in its name. Of each producer only the last batch goes in: the format has no place for the four before it. */
export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>): Buffer {
  const all = [...entries]
  const bytes = Buffer.alloc(headerSize + all.length * entrySize)
  bytes.writeInt16BE(version, 0)
  bytes.writeInt32BE(all.length, countOffset)
  all.forEach((entry, index) => {
    writeEntry(bytes, headerSize + index * entrySize, entry)
  })
  bytes.writeUInt32BE(crc32c(bytes.subarray(countOffset)), crcOffset)
  return bytes
}

export function decodeProducerSnapshot(bytes: Buffer): Decoded<ProducerEntry[]> {
  if (bytes.length < headerSize) return corrupt(`${bytes.length} bytes are too few`)
  if (bytes.readInt16BE(0) !== version) return corrupt(`version ${bytes.readInt16BE(0)} where ${version} was expected`)
  if (bytes.readUInt32BE(crcOffset) !== crc32c(bytes.subarray(countOffset))) return corrupt('the checksum does not fit')
  const count = bytes.readInt32BE(countOffset)
  if (bytes.length !== headerSize + count * entrySize) return corrupt(`${bytes.length} bytes cannot hold ${count} producers`)
  const entries = Array.from({ length: count }, (_, index) => readEntry(bytes, headerSize + index * entrySize))
  const inexact = entries.find((entry) =>
    [entry.producerId, entry.lastTimestampMs, entry.currentTransactionFirstOffset, entry.batches[0]?.lastOffset ?? none].some(
      (value) => !Number.isSafeInteger(value),
    ),
  )
  return inexact === undefined ? decoded(entries) : corrupt(`the entry of producer ${inexact.producerId} holds an integer beyond 2^53 - 1`)
}

function writeEntry(bytes: Buffer, start: number, entry: ProducerEntry): void {
  const last = entry.batches.at(-1)
  writeInt64(bytes, entry.producerId, start)
  bytes.writeInt16BE(entry.epoch, start + 8)
  bytes.writeInt32BE(lastSequenceOf(entry), start + 10)
  writeInt64(bytes, last?.lastOffset ?? none, start + 14)
  bytes.writeInt32BE(last?.offsetDelta ?? 0, start + 22)
  writeInt64(bytes, entry.lastTimestampMs, start + 26)
  bytes.writeInt32BE(entry.coordinatorEpoch, start + 34)
  writeInt64(bytes, entry.currentTransactionFirstOffset, start + 38)
}

function readEntry(bytes: Buffer, start: number): ProducerEntry {
  const lastOffset = readInt64(bytes, start + 14)
  const lastTimestampMs = readInt64(bytes, start + 26)
  const batch = {
    lastSequence: bytes.readInt32BE(start + 10),
    lastOffset,
    offsetDelta: bytes.readInt32BE(start + 22),
    timestampMs: lastTimestampMs,
  }
  return {
    producerId: readInt64(bytes, start),
    epoch: bytes.readInt16BE(start + 8),
    coordinatorEpoch: bytes.readInt32BE(start + 34),
    lastTimestampMs,
    currentTransactionFirstOffset: readInt64(bytes, start + 38),
    batches: lastOffset >= 0 ? [batch] : [],
  }
}

function writeInt64(bytes: Buffer, value: number, position: number): void {
  bytes.writeBigInt64BE(BigInt(value), position)
}

function readInt64(bytes: Buffer, position: number): number {
  return Number(bytes.readBigInt64BE(position))
}
