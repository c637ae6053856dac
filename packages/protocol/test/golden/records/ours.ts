import { codecs } from '../../../src/compression/index.ts'
import { buildBatch, buildMessageSet } from '../../../src/records/index.ts'
import { goldenRecords } from './expected.ts'

// Prints what the other implementations are to read: see README.md.

const entries = []
for (const records of ['small', 'large'] as const) {
  for (const [codec, id] of Object.entries(codecs)) {
    const input = { records: goldenRecords[records], baseOffset: 100 }
    const batch = buildBatch({
      ...input,
      codec: id,
      producerId: 123456789012,
      producerEpoch: 7,
      baseSequence: 2147483646,
      isTransactional: true,
    })
    entries.push({ format: 'batch', codec, records, baseOffset: 100, hex: batch.toString('hex') })
    for (const magic of [0, 1] as const) {
      if (id === codecs.zstd) continue
      entries.push({
        format: `magic ${magic}`,
        codec,
        records,
        baseOffset: 100,
        hex: buildMessageSet({ ...input, magic, codec: id }).toString('hex'),
      })
    }
  }
}
for (const entry of entries) process.stdout.write(`${JSON.stringify(entry)}\n`)
