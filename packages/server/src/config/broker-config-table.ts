import { boolean, type ConfigDefinition, int, long, noEffect, notBuilt, oneOf, string } from './config-definition.ts'
import { type TopicConfigName, topicConfigTable } from './topic-config-table.ts'

const greatestInt = '2147483647'
const anotherModel = noEffect('network, requests and disk share the threads of this process')

/** The same config as a topic's, as the default of topics that do not set it themselves. */
function topicDefault<Name extends TopicConfigName>(name: Name): (typeof topicConfigTable)[Name] {
  return { ...topicConfigTable[name], documentation: documentationOf(name), mode: 'cluster-wide' }
}

function documentationOf(name: TopicConfigName): string {
  return `Default of topics for ${name}: ${topicConfigTable[name].documentation}`
}

/** The status that a coarser or finer form of a topic's config shares with it. */
function like(name: TopicConfigName): Pick<ConfigDefinition, 'documentation' | 'status'> {
  return { documentation: documentationOf(name), status: topicConfigTable[name].status }
}

/** Every broker config that is known, by Kafka's name (flush.mode, queued.max.response.bytes and verify.records are our own); the only place where it is declared. */
export const brokerConfigTable = {
  'auto.create.topics.enable': boolean('true', {
    documentation: 'Whether a topic is made when a client asks for its metadata or produces to it, and allows that.',
  }),
  'broker.rack': string(null, { documentation: 'The rack that clients are told this broker stands in.' }),
  'compression.gzip.level': topicDefault('compression.gzip.level'),
  'compression.lz4.level': topicDefault('compression.lz4.level'),
  'compression.type': topicDefault('compression.type'),
  'compression.zstd.level': topicDefault('compression.zstd.level'),
  'connections.max.idle.ms': long('600000', { documentation: 'A connection that sends nothing for so many milliseconds is closed.' }),
  'default.replication.factor': int('1', {
    least: 1,
    documentation: 'Replicas of a topic that does not say. There is one broker: with more, such topics cannot be made.',
  }),
  'delete.topic.enable': boolean('true', { documentation: 'Whether topics may be deleted.' }),
  'fetch.max.bytes': int('57671680', {
    least: 1024,
    documentation:
      'The most bytes of records that a Fetch is answered with, whatever the client asks for; its first batch always goes whole.',
  }),
  'flush.mode': oneOf(['sync', 'os'], 'sync', {
    documentation:
      "When records are durable. sync: acks=all is answered, and a record can be read, once it is on disk. os: the operating system writes when it likes, as Apache Kafka does by default; a power cut may take back what was acknowledged. Not one of Kafka's.",
  }),
  'log.cleaner.delete.retention.ms': topicDefault('delete.retention.ms'),
  'log.cleaner.max.compaction.lag.ms': topicDefault('max.compaction.lag.ms'),
  'log.cleaner.min.cleanable.ratio': topicDefault('min.cleanable.dirty.ratio'),
  'log.cleaner.min.compaction.lag.ms': topicDefault('min.compaction.lag.ms'),
  'log.cleanup.policy': topicDefault('cleanup.policy'),
  'log.flush.interval.messages': topicDefault('flush.messages'),
  'log.flush.interval.ms': long(null, { ...like('flush.ms'), mode: 'cluster-wide' }),
  'log.flush.offset.checkpoint.interval.ms': int('60000', {
    least: 0,
    documentation:
      'Every so many milliseconds it is written down how far each log is durable, which is where the next start after a crash begins to scan.',
  }),
  'log.flush.scheduler.interval.ms': long('9223372036854775807', like('flush.ms')),
  'log.flush.start.offset.checkpoint.interval.ms': int('60000', {
    least: 0,
    documentation: 'How often log start offsets are written down.',
    status: noEffect('a log start offset is written down whenever a request raises it, and with the other checkpoints'),
  }),
  'log.index.interval.bytes': topicDefault('index.interval.bytes'),
  'log.index.size.max.bytes': topicDefault('segment.index.bytes'),
  'log.local.retention.bytes': topicDefault('local.retention.bytes'),
  'log.local.retention.ms': topicDefault('local.retention.ms'),
  'log.message.timestamp.after.max.ms': topicDefault('message.timestamp.after.max.ms'),
  'log.message.timestamp.before.max.ms': topicDefault('message.timestamp.before.max.ms'),
  'log.message.timestamp.type': topicDefault('message.timestamp.type'),
  'log.preallocate': topicDefault('preallocate'),
  'log.retention.bytes': topicDefault('retention.bytes'),
  'log.retention.check.interval.ms': long('300000', {
    least: 1,
    documentation: 'Every so many milliseconds old segments are looked for that may go.',
  }),
  'log.retention.hours': int('168', {
    least: -1,
    notZero: true,
    documentation: `${documentationOf('retention.ms')} In hours; log.retention.minutes and log.retention.ms are heeded first.`,
  }),
  'log.retention.minutes': int(null, {
    least: -1,
    notZero: true,
    documentation: `${documentationOf('retention.ms')} In minutes; log.retention.ms is heeded first.`,
  }),
  'log.retention.ms': long(null, { least: -1, notZero: true, documentation: documentationOf('retention.ms'), mode: 'cluster-wide' }),
  'log.roll.hours': int('168', { least: 1, documentation: `${documentationOf('segment.ms')} In hours; log.roll.ms is heeded first.` }),
  'log.roll.jitter.hours': int('0', { least: 0, ...like('segment.jitter.ms') }),
  'log.roll.jitter.ms': long(null, { least: 0, ...like('segment.jitter.ms'), mode: 'cluster-wide' }),
  'log.roll.ms': long(null, { least: 1, documentation: documentationOf('segment.ms'), mode: 'cluster-wide' }),
  'log.segment.bytes': topicDefault('segment.bytes'),
  'log.segment.delete.delay.ms': topicDefault('file.delete.delay.ms'),
  'max.connections': int(greatestInt, {
    least: 0,
    documentation: 'How many clients may be connected at a time; more are turned away.',
    mode: 'cluster-wide',
  }),
  'max.connections.per.ip': int(greatestInt, {
    least: 0,
    documentation: 'How many connections one address may have at a time; more are turned away.',
    mode: 'cluster-wide',
  }),
  'max.connections.per.ip.overrides': string('', {
    documentation: 'Addresses with a max.connections.per.ip of their own.',
    mode: 'cluster-wide',
    status: notBuilt('A limit of connections for single addresses'),
  }),
  'max.incremental.fetch.session.cache.slots': int('1000', {
    least: 0,
    documentation: 'How many incremental fetch sessions are remembered (KIP-227).',
  }),
  'max.request.partition.size.limit': int('2000', {
    least: 1,
    documentation: 'The most partitions that one DescribeTopicPartitions is answered with.',
  }),
  'message.max.bytes': topicDefault('max.message.bytes'),
  'min.insync.replicas': topicDefault('min.insync.replicas'),
  'num.io.threads': int('8', { least: 1, documentation: 'Threads that serve requests.', mode: 'cluster-wide', status: anotherModel }),
  'num.network.threads': int('3', {
    least: 1,
    documentation: 'Threads that read and write sockets.',
    mode: 'cluster-wide',
    status: anotherModel,
  }),
  'num.partitions': int('1', { least: 1, documentation: 'Partitions of a topic that does not say.' }),
  'num.recovery.threads.per.data.dir': int('2', {
    least: 1,
    documentation: 'Threads that open logs at start.',
    mode: 'cluster-wide',
    status: noEffect('several logs are opened at once without a thread for each'),
  }),
  'producer.id.expiration.ms': int('86400000', {
    least: 1,
    documentation:
      'A producer id that has not written for so many milliseconds is forgotten, and with it what its duplicates would be known by.',
    mode: 'cluster-wide',
  }),
  'queued.max.request.bytes': long('268435456', {
    least: 1,
    documentation:
      'Bytes of all requests in flight, from when a size is known until the answer; beyond, sockets are not read. In Apache Kafka there is no limit by default.',
  }),
  'queued.max.response.bytes': long('268435456', {
    least: 1,
    documentation:
      'Record bytes of all Fetch answers that clients have not taken yet; beyond, a fetch gives one batch. Apache Kafka has no such config.',
  }),
  'queued.max.requests': int('500', {
    least: 1,
    documentation: 'Requests that wait for a thread.',
    status: noEffect('requests wait in their connections, bounded by queued.max.request.bytes'),
  }),
  'socket.request.max.bytes': int('104857600', {
    least: 1,
    documentation: 'The largest request accepted; a larger one closes the connection.',
  }),
  'unclean.leader.election.enable': topicDefault('unclean.leader.election.enable'),
  'verify.records': boolean('true', {
    documentation:
      "Whether the records inside a producer's batch are looked at, decompressed if need be. Without it producing costs less, but a batch with a good checksum around rotten records gets in and stops every consumer that reaches it. Not one of Kafka's.",
  }),
} as const

export type BrokerConfigName = keyof typeof brokerConfigTable

/** Configs of the broker that are said elsewhere, so that whoever tries them here is told where. */
export const saidElsewhere: ReadonlyMap<string, string> = new Map([
  ['advertised.listeners', 'the option advertise'],
  ['broker.id', 'meta.properties in the data directory, where the identity lives'],
  ['listeners', 'the option bind'],
  ['log.dir', 'the option logDir'],
  ['log.dirs', 'the option logDir'],
  ['node.id', 'meta.properties in the data directory, where the identity lives'],
])

/** Configs that say the same in other units, the one that counts first, as Kafka lists them. */
export const brokerSynonyms: readonly (readonly BrokerConfigName[])[] = [
  ['log.flush.interval.ms', 'log.flush.scheduler.interval.ms'],
  ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'],
  ['log.roll.jitter.ms', 'log.roll.jitter.hours'],
  ['log.roll.ms', 'log.roll.hours'],
]
