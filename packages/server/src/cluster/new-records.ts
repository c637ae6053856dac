import { nullUuid } from '@logan/protocol'
import type { ClusterImage } from './image.ts'
import type { MetadataChange } from './metadata-changes.ts'

/** ConfigRecord's resource type of topics. */
export const topicResource = 2

/** The records that make an image from nothing, in the order in which Kafka writes them. */
export function* recordsOfImage(image: ClusterImage, nodeId: number): Generator<MetadataChange> {
  for (const [name, featureLevel] of image.features) yield { name: 'FeatureLevelRecord', message: { name, featureLevel } }
  for (const topic of image.topicsById.values()) {
    yield { name: 'TopicRecord', message: { name: topic.name, topicId: topic.id } }
    for (const { index, leaderEpoch, partitionEpoch } of topic.partitions)
      yield partitionRecord({ topicId: topic.id, index, nodeId, leaderEpoch, partitionEpoch })
  }
  for (const topic of image.topicsById.values()) yield* configRecords(topic.name, topic.configs)
  if (image.nextProducerId > 0) yield producerIdsRecord(nodeId, image.nextProducerId)
}

export interface NewPartition {
  readonly topicId: string
  readonly index: number
  readonly nodeId: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
}

/** One replica, which is this broker; in no directory in particular, as Kafka says it. */
export function partitionRecord({ topicId, index, nodeId, leaderEpoch, partitionEpoch }: NewPartition): MetadataChange {
  const message = {
    partitionId: index,
    topicId,
    replicas: [nodeId],
    isr: [nodeId],
    leader: nodeId,
    leaderEpoch,
    partitionEpoch,
    directories: [nullUuid],
  }
  return { name: 'PartitionRecord', message }
}

export function* configRecords(topic: string, configs: Iterable<readonly [string, string]>): Generator<MetadataChange> {
  for (const [name, value] of configs)
    yield { name: 'ConfigRecord', message: { resourceType: topicResource, resourceName: topic, name, value } }
}

export function producerIdsRecord(brokerId: number, nextProducerId: number): MetadataChange {
  return { name: 'ProducerIdsRecord', message: { brokerId, nextProducerId } }
}
