import { boolean, double, int, list, long, noEffect, notBuilt, oneOf } from './config-definition.ts'

/** Java's greatest long: Kafka's way to say "never". */
const never = '9223372036854775807'
const hours = 3_600_000
const oneReplica = noEffect('a partition has one replica here, which is its leader and always in sync')
const compaction = notBuilt('Log compaction')
const recompression = notBuilt('Compressing anew what a producer sent')
const remoteStorage = notBuilt('Tiered storage')
const flushByCount = notBuilt('Flushing by count or time (see flush.mode)')

/** Every config of a topic that Apache Kafka has, by its name: its meaning here, and the only place where it is declared. */
export const topicConfigTable = {
  'cleanup.policy': list(['compact', 'delete'], 'delete', {
    documentation: 'What happens to old segments: `delete` lets them go by retention.ms and retention.bytes.',
    status: compaction,
  }),
  'compression.gzip.level': int('-1', { most: 9, documentation: 'Level of gzip where compression.type is gzip.', status: recompression }),
  'compression.lz4.level': int('9', {
    least: 1,
    most: 17,
    documentation: 'Level of lz4 where compression.type is lz4.',
    status: recompression,
  }),
  'compression.type': oneOf(['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'], 'producer', {
    documentation: 'How batches are stored: `producer` keeps them as the producer compressed them.',
    status: recompression,
  }),
  'compression.zstd.level': int('3', {
    least: -131_072,
    most: 22,
    documentation: 'Level of zstd where compression.type is zstd.',
    status: recompression,
  }),
  'delete.retention.ms': long(String(24 * hours), {
    least: 0,
    documentation: 'How long tombstones stay in a compacted topic, in milliseconds.',
    status: compaction,
  }),
  'file.delete.delay.ms': long('60000', {
    least: 0,
    documentation: 'How long a file that is no longer needed stays on disk, in milliseconds.',
  }),
  'flush.messages': long(never, {
    least: 1,
    documentation: 'A sync after so many records. With flush.mode=sync every append is followed by one anyway.',
    status: flushByCount,
  }),
  'flush.ms': long(never, {
    least: 0,
    documentation: 'A sync after so many milliseconds. With flush.mode=sync every append is followed by one anyway.',
    status: flushByCount,
  }),
  'follower.replication.throttled.replicas': list([], '', {
    documentation: 'Replicas whose replication is slowed down on the side of followers.',
    status: oneReplica,
  }),
  'index.interval.bytes': int('4096', {
    least: 0,
    documentation: 'An index entry after so many bytes of records: fewer find a position faster and take more room.',
  }),
  'internal.segment.bytes': int(null, {
    documentation: 'Stands in for segment.bytes, without a least value: for tests alone.',
    internal: true,
  }),
  'leader.replication.throttled.replicas': list([], '', {
    documentation: 'Replicas whose replication is slowed down on the side of the leader.',
    status: oneReplica,
  }),
  'local.retention.bytes': long('-2', {
    least: -2,
    documentation: 'Bytes kept locally when older ones are in remote storage.',
    status: remoteStorage,
  }),
  'local.retention.ms': long('-2', {
    least: -2,
    documentation: 'Milliseconds kept locally when older ones are in remote storage.',
    status: remoteStorage,
  }),
  'max.compaction.lag.ms': long(never, {
    least: 1,
    documentation: 'How long a record may stay uncompacted, in milliseconds.',
    status: compaction,
  }),
  'max.message.bytes': int('1048588', { least: 0, documentation: 'The largest batch that is accepted, in bytes, as it is compressed.' }),
  'message.timestamp.after.max.ms': long('3600000', {
    least: 0,
    documentation: "How far ahead of the broker's clock a record's timestamp may be, in milliseconds; not looked at with LogAppendTime.",
  }),
  'message.timestamp.before.max.ms': long(never, {
    least: 0,
    documentation: "How far behind the broker's clock a record's timestamp may be, in milliseconds; not looked at with LogAppendTime.",
  }),
  'message.timestamp.type': oneOf(['CreateTime', 'LogAppendTime'], 'CreateTime', {
    documentation: 'Whose time a record carries: that of the producer (CreateTime) or of the broker (LogAppendTime).',
  }),
  'min.cleanable.dirty.ratio': double('0.5', {
    least: 0,
    most: 1,
    documentation: 'The part of a log that must be uncompacted before it is compacted.',
    status: compaction,
  }),
  'min.compaction.lag.ms': long('0', {
    least: 0,
    documentation: 'How long a record stays uncompacted at least, in milliseconds.',
    status: compaction,
  }),
  'min.insync.replicas': int('1', {
    least: 1,
    documentation: 'How many replicas must have a record before acks=all is answered. There is one: with more, acks=all is refused.',
  }),
  preallocate: boolean('false', {
    documentation: 'Takes the room of a new segment at once.',
    status: notBuilt('Taking the room of segments in advance'),
  }),
  'remote.copy.lag.bytes': long('0', {
    least: -1,
    documentation: 'Bytes that stay behind before records go to remote storage.',
    status: remoteStorage,
  }),
  'remote.copy.lag.ms': long('0', {
    least: -1,
    documentation: 'Milliseconds that pass before records go to remote storage.',
    status: remoteStorage,
  }),
  'remote.log.copy.disable': boolean('false', { documentation: 'Sends nothing more to remote storage.', status: remoteStorage }),
  'remote.log.delete.on.disable': boolean('false', {
    documentation: 'Whether records in remote storage go when it is switched off.',
    status: remoteStorage,
  }),
  'remote.storage.enable': boolean('false', { documentation: 'Whether old segments go to remote storage.', status: remoteStorage }),
  'retention.bytes': long('-1', {
    documentation: 'Bytes that a partition keeps; the oldest segments go beyond that. -1: no limit.',
  }),
  'retention.ms': long(String(168 * hours), {
    least: -1,
    documentation: 'How long a record is kept, in milliseconds; whole segments go. -1: for ever.',
  }),
  'segment.bytes': int('1073741824', { least: 1_048_576, documentation: 'Size of a segment in bytes.' }),
  'segment.index.bytes': int('10485760', {
    least: 4,
    documentation: 'The largest index of a segment in bytes; a full index begins a new segment.',
  }),
  'segment.jitter.ms': long('0', {
    least: 0,
    documentation: 'A random time taken off segment.ms, so that not all segments end together.',
    status: notBuilt('Ending segments at random times'),
  }),
  'segment.ms': long(String(168 * hours), {
    least: 1,
    documentation: 'After so many milliseconds a segment ends even if it is not full, so that retention can let it go.',
  }),
  'unclean.leader.election.enable': boolean('false', {
    documentation: 'Whether a replica that is not in sync may become leader.',
    status: oneReplica,
  }),
} as const

export type TopicConfigName = keyof typeof topicConfigTable

/** A broker config that gives topics their default; `unit`: what one of it is in the topic config's milliseconds. */
export interface BrokerSynonym {
  readonly name: string
  readonly unit?: number
}

/** The broker configs that a topic config falls back to, the first that is set; none listed: it falls back to nothing. */
export const topicConfigSynonyms: { readonly [Name in TopicConfigName]?: readonly BrokerSynonym[] } = {
  'cleanup.policy': [{ name: 'log.cleanup.policy' }],
  'compression.gzip.level': [{ name: 'compression.gzip.level' }],
  'compression.lz4.level': [{ name: 'compression.lz4.level' }],
  'compression.type': [{ name: 'compression.type' }],
  'compression.zstd.level': [{ name: 'compression.zstd.level' }],
  'delete.retention.ms': [{ name: 'log.cleaner.delete.retention.ms' }],
  'file.delete.delay.ms': [{ name: 'log.segment.delete.delay.ms' }],
  'flush.messages': [{ name: 'log.flush.interval.messages' }],
  'flush.ms': [{ name: 'log.flush.interval.ms' }, { name: 'log.flush.scheduler.interval.ms' }],
  'index.interval.bytes': [{ name: 'log.index.interval.bytes' }],
  'local.retention.bytes': [{ name: 'log.local.retention.bytes' }],
  'local.retention.ms': [{ name: 'log.local.retention.ms' }],
  'max.compaction.lag.ms': [{ name: 'log.cleaner.max.compaction.lag.ms' }],
  'max.message.bytes': [{ name: 'message.max.bytes' }],
  'message.timestamp.after.max.ms': [{ name: 'log.message.timestamp.after.max.ms' }],
  'message.timestamp.before.max.ms': [{ name: 'log.message.timestamp.before.max.ms' }],
  'message.timestamp.type': [{ name: 'log.message.timestamp.type' }],
  'min.cleanable.dirty.ratio': [{ name: 'log.cleaner.min.cleanable.ratio' }],
  'min.compaction.lag.ms': [{ name: 'log.cleaner.min.compaction.lag.ms' }],
  'min.insync.replicas': [{ name: 'min.insync.replicas' }],
  preallocate: [{ name: 'log.preallocate' }],
  'retention.bytes': [{ name: 'log.retention.bytes' }],
  'retention.ms': [
    { name: 'log.retention.ms' },
    { name: 'log.retention.minutes', unit: 60_000 },
    { name: 'log.retention.hours', unit: hours },
  ],
  'segment.bytes': [{ name: 'log.segment.bytes' }],
  'segment.index.bytes': [{ name: 'log.index.size.max.bytes' }],
  'segment.jitter.ms': [{ name: 'log.roll.jitter.ms' }, { name: 'log.roll.jitter.hours', unit: hours }],
  'segment.ms': [{ name: 'log.roll.ms' }, { name: 'log.roll.hours', unit: hours }],
  'unclean.leader.election.enable': [{ name: 'unclean.leader.election.enable' }],
}
