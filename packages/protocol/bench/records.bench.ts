/**
 * Micro-benchmark of the checks on record batches: run it with `node -C @logan/source packages/protocol/bench/records.bench.ts`.
 *
 * A batch of 1 MiB of records with values of 100 bytes; prints MB of records per second, the best of several rounds, beside variants that
 * lost. Numbers with machine and date are in docs/design/0002-records.md.
 */
import {
  buildBatch,
  codecName,
  codecs,
  decompress,
  RecordBatchView,
  records,
  validateBatch,
  validateRecords,
  validateRecordsAsync,
} from '@logan/protocol'
import { decompressFrameSync } from 'lz4-napi'
import { crc32c } from '../src/wire/crc.ts'

const VALUE_SIZE = 100

/** Like log lines in JSON: compresses about 3 to 1. */
function value(index: number): Buffer {
  const hash = (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(36)
  return Buffer.from(
    `{"user":"${hash}","action":"view","page":"/products/${index % 977}","ms":${hash.length * index}}`
      .padEnd(VALUE_SIZE)
      .slice(0, VALUE_SIZE),
  )
}

const many = Array.from({ length: 9_600 }, (_, index) => ({ timestamp: 1_700_000_000_000 + index, value: value(index) }))
const batches = Object.values(codecs).map((codec) => new RecordBatchView(buildBatch({ records: many, codec })))
const [plain] = batches as [RecordBatchView]
const recordBytes = plain.payload.length

function report(name: string, microseconds: number, bytes: number): void {
  console.log(`${name.padEnd(58)} ${(bytes / microseconds).toFixed(0).padStart(6)} MB/s ${microseconds.toFixed(1).padStart(8)} us`)
}

async function measure(name: string, run: () => unknown, bytes = recordBytes): Promise<void> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 8; round++) {
    const runs = 30
    const start = process.hrtime.bigint()
    for (let i = 0; i < runs; i++) {
      const result = run()
      if (result instanceof Promise) await result
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1_000 / runs)
    // Native buffers are let go between turns of the event loop only.
    await new Promise((resolve) => setImmediate(resolve))
  }
  report(name, best, bytes)
}

function sumOfObjects(batch: RecordBatchView): number {
  let sum = 0
  for (const record of records(batch)) sum += record.value?.length ?? 0
  return sum
}

function crcInChunks(bytes: Buffer, size: number): number {
  let crc = 0
  for (let at = 0; at < bytes.length; at += size) crc = crc32c(bytes.subarray(at, at + size), crc)
  return crc
}

console.log(`Node ${process.version}, ${many.length} records of ${VALUE_SIZE} bytes, ${recordBytes} bytes of records`)
await measure('header and CRC', () => validateBatch(plain, 'client'))
await measure('  lost: CRC in chunks of 4 KiB', () => crcInChunks(plain.bytes, 4096))
await measure('walk of the records', () => validateRecords(plain))
await measure('header, CRC and walk', () => validateBatch(plain, 'client') ?? validateRecords(plain))
await measure('  lost: an object for each record', () => sumOfObjects(plain))
for (const batch of batches.slice(1)) {
  const name = `${codecName(batch.codec)} (to ${((batch.payload.length / recordBytes) * 100).toFixed(0)} %)`
  await measure(`${name}: decompress`, () => decompress(batch.codec, batch.payload))
  await measure(`${name}: header, CRC, decompress, walk`, () => validateBatch(batch, 'client') ?? validateRecords(batch))
  await measure(`${name}: the same off the loop`, () => validateBatch(batch, 'client') ?? validateRecordsAsync(batch))
  if (batch.codec === codecs.lz4) await measure('  lost: lz4 by the native frame reader', () => decompressFrameSync(batch.payload))
}
for (const codec of Object.values(codecs)) await measure(`build, ${codecName(codec)}`, () => buildBatch({ records: many, codec }))
for (const codec of [codecs.snappy, codecs.lz4, codecs.zstd, codecs.gzip]) {
  const small = new RecordBatchView(buildBatch({ records: many.slice(0, 20), codec }))
  const { sizeInBytes } = validateRecords(small)
  await measure(`20 records, ${codecName(codec)}: decompress and walk`, () => validateRecords(small), sizeInBytes)
  await measure(`20 records, ${codecName(codec)}: validateRecordsAsync`, () => validateRecordsAsync(small), sizeInBytes)
}
