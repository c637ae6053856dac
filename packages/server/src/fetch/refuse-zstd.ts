import { codecs, splitBatches } from '@logan/protocol'
import type { FetchedPartition } from './fetch.ts'

/**
 * For Fetch below v10, whose clients may not know zstd (KIP-110): what comes before the first zstd batch is given,
 * and when that is nothing the partition answers UNSUPPORTED_COMPRESSION_TYPE.
 */
export function refuseZstd(answer: FetchedPartition): FetchedPartition {
  let sizeBefore = 0
  for (const batch of splitBatches(answer.records)) {
    if (batch.codec === codecs.zstd) {
      if (sizeBefore === 0) return { ...answer, error: 'UNSUPPORTED_COMPRESSION_TYPE', records: answer.records.subarray(0, 0) }
      return { ...answer, records: answer.records.subarray(0, sizeBefore) }
    }
    sizeBefore += batch.sizeInBytes
  }
  return answer
}
