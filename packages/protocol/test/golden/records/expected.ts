import type { RecordInput } from '../../../src/records/index.ts'

const T = 1_700_000_000_000

export const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'.repeat(2000).slice(0, 50_000)

/** The records that every program here makes. */
export const goldenRecords: Record<'small' | 'large', readonly RecordInput[]> = {
  small: [
    {
      timestamp: T,
      key: Buffer.from('key'),
      value: Buffer.from('value'),
      headers: [
        { key: 'h', value: Buffer.from('x') },
        { key: 'empty', value: null },
      ],
    },
    { timestamp: T + 7, key: null, value: Buffer.from('tick '.repeat(20)) },
    { timestamp: T + 3, key: Buffer.from('tombstone'), value: null },
    { timestamp: T + 3, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [{ key: '\u00fc', value: Buffer.alloc(0) }] },
  ],
  large: [0, 1, 2].map((index) => ({ timestamp: T + index, key: Buffer.from(String(index)), value: Buffer.from(alphabet) })),
}
