import { defineApi } from '../schema/api.ts'
import { array, bool, int16, int32, int64, string } from '../schema/field.ts'

/**
 * Describes the log directories of a broker and what they hold (KIP-113).
 *
 * - 2: flexible
 * - 3: top-level error code
 * - 4: total and usable bytes (KIP-827)
 * - 5: cordoned directories
 */
export const DescribeLogDirs = defineApi({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [0, 5],
  flexibleFrom: 2,
  request: {
    topics: array({
      topic: string,
      partitions: array(int32),
    }).nullable(),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16.since(3).ignorable(),
    results: array({
      errorCode: int16,
      logDir: string,
      topics: array({
        name: string,
        partitions: array({
          partitionIndex: int32,
          partitionSize: int64,
          offsetLag: int64,
          isFutureKey: bool,
        }),
      }),
      totalBytes: int64.default(-1).since(4).ignorable(),
      usableBytes: int64.default(-1).since(4).ignorable(),
      isCordoned: bool.since(5).ignorable(),
    }),
  },
})
