import { type DecodedMetadataRecord, decodeMetadataRecord, encodeMetadataRecord } from '@logan/protocol'
import { describe, expect, test } from 'vitest'
import { ImageBuilder } from '../../src/cluster/apply.ts'
import { type ClusterImage, emptyImage } from '../../src/cluster/image.ts'
import type { MetadataChange } from '../../src/cluster/metadata-changes.ts'
import { Replay } from '../../src/cluster/replay.ts'

const idA = 'AAAAAAAAAAAAAAAAAAAAAg'
const idB = 'AAAAAAAAAAAAAAAAAAAAAw'

function record({ name, message }: MetadataChange, version = 0): DecodedMetadataRecord {
  return decodeMetadataRecord(encodeMetadataRecord(name, version, message))
}

function apply(base: ClusterImage, ...changes: MetadataChange[]): ClusterImage {
  const builder = new ImageBuilder(base)
  for (const change of changes) builder.apply(record(change))
  return builder.build(base.offset + changes.length)
}

const topic = (name: string, topicId: string): MetadataChange => ({ name: 'TopicRecord', message: { name, topicId } })
const partition = (topicId: string, partitionId: number, leaderEpoch = 0): MetadataChange => ({
  name: 'PartitionRecord',
  message: { topicId, partitionId, replicas: [1], isr: [1], leader: 1, leaderEpoch, partitionEpoch: leaderEpoch },
})
const config = (resourceName: string, value: string | null): MetadataChange => ({
  name: 'ConfigRecord',
  message: { resourceType: 2, resourceName, name: 'retention.ms', value },
})

const base = apply(emptyImage, topic('a', idA), partition(idA, 0), topic('b', idB), partition(idB, 0), config('a', '5'))

describe('an image', () => {
  test('stays as it was, and what did not change is shared with the next one', () => {
    const before = structuredClone(base)
    const next = apply(base, partition(idA, 1), config('a', '6'))
    expect(base).toEqual(before)
    expect(next.topicsByName.get('b')).toBe(base.topicsByName.get('b'))
    expect(next.topicsByName.get('a')?.partitions).toHaveLength(2)
    expect(next.topicsByName.get('a')?.configs).toEqual(new Map([['retention.ms', '6']]))
    expect(next.topicsById.get(idA)).toBe(next.topicsByName.get('a'))
  })

  test('of a change of something else keeps the topics as they are', () => {
    const next = apply(base, { name: 'ProducerIdsRecord', message: { brokerId: 1, nextProducerId: 3000 } })
    expect(next.nextProducerId).toBe(3000)
    expect(next.topicsByName).toBe(base.topicsByName)
  })

  test('loses a config that is set to null', () => {
    expect(apply(base, config('a', null)).topicsByName.get('a')?.configs.size).toBe(0)
  })

  test('takes configs before or after the topic, and partitions in any order', () => {
    const next = apply(emptyImage, config('a', '5'), topic('a', idA), partition(idA, 1), partition(idA, 0))
    expect(next.topicsByName.get('a')?.configs.get('retention.ms')).toBe('5')
    expect(next.topicsByName.get('a')?.partitions.map(({ index }) => index)).toEqual([0, 1])
  })

  test('raises the leader epoch only with a leader, the partition epoch always (PartitionRegistration.merge)', () => {
    const change = (leader?: number): MetadataChange => ({
      name: 'PartitionChangeRecord',
      message: { topicId: idA, partitionId: 0, leader },
    })
    const next = apply(base, change(1), change(undefined), change(1))
    expect(next.topicsByName.get('a')?.partitions).toEqual([{ index: 0, leaderEpoch: 2, partitionEpoch: 3 }])
  })

  test('keeps levels of features until one is 0', () => {
    const level = (name: string, featureLevel: number): MetadataChange => ({ name: 'FeatureLevelRecord', message: { name, featureLevel } })
    const next = apply(base, level('metadata.version', 25), level('group.version', 1))
    expect(apply(next, level('group.version', 0)).features).toEqual(new Map([['metadata.version', 25]]))
  })

  test('a name that is given away and taken again in one go belongs to the new topic', () => {
    const next = apply(
      base,
      { name: 'RemoveTopicRecord', message: { topicId: idA } },
      topic('a', 'AAAAAAAAAAAAAAAAAAAABA'),
      partition('AAAAAAAAAAAAAAAAAAAABA', 0),
    )
    expect(next.topicsByName.get('a')).toMatchObject({ id: 'AAAAAAAAAAAAAAAAAAAABA', configs: new Map() })
    expect(next.topicsById.has(idA)).toBe(false)
  })
})

test.each<[string, MetadataChange[]]>([
  ['created although it exists', [topic('a', 'AAAAAAAAAAAAAAAAAAAABA')]],
  ['used a second time', [topic('c', idA)]],
  ['no such topic', [partition('AAAAAAAAAAAAAAAAAAAABA', 0)]],
  ['no such topic', [{ name: 'RemoveTopicRecord', message: { topicId: idA } }, partition(idA, 1)]],
  ['does not exist', [{ name: 'PartitionChangeRecord', message: { topicId: idA, partitionId: 9, leader: 1 } }]],
  ['holes among its 2 partitions', [partition(idA, 2_000_000_000)]],
  ['cannot heed yet', [{ name: 'ConfigRecord', message: { resourceType: 4, resourceName: '1', name: 'x', value: 'y' } }]],
  ['cannot heed yet', [{ name: 'UserScramCredentialRecord', message: { name: 'u' } }]],
  ['a mark', [{ name: 'EndTransactionRecord', message: {} }]],
])('what cannot be is an error: %s', (message, changes) => {
  expect(() => apply(base, ...changes)).toThrow(message)
})

describe('a replay', () => {
  const begin: MetadataChange = { name: 'BeginTransactionRecord', message: {} }
  const end: MetadataChange = { name: 'EndTransactionRecord', message: {} }
  const abort: MetadataChange = { name: 'AbortTransactionRecord', message: {} }

  function replay(...changes: MetadataChange[]): Replay {
    const result = new Replay(emptyImage)
    for (const [offset, change] of changes.entries()) result.take(record(change), offset)
    return result
  }

  test('takes a transaction at its end, or never', () => {
    const a = [topic('a', idA), partition(idA, 0)]
    expect(replay(begin, ...a).build().topicsById.size).toBe(0)
    expect(replay(begin, ...a).isOpen).toBe(true)
    expect(replay(begin, ...a, abort).build()).toMatchObject({ offset: 3, topicsById: new Map() })
    expect(
      replay(begin, ...a, end)
        .build()
        .topicsById.has(idA),
    ).toBe(true)
  })

  test('refuses marks out of turn', () => {
    expect(() => replay(begin, begin)).toThrow('begins inside another')
    expect(() => replay(end)).toThrow('ends that has not begun')
    expect(() => replay(abort)).toThrow('ends that has not begun')
  })
})
