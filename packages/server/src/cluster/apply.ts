import type { DecodedMetadataRecord, MetadataRecordOf } from '@logan/protocol'
import type { ClusterImage, PartitionImage, TopicImage } from './image.ts'
import { MetadataError } from './metadata-error.ts'
import { topicResource } from './new-records.ts'
import { isInternalTopic } from './topic-names.ts'

/** PartitionChangeRecord: the leader stays as it is. */
const noLeaderChange = -2

const noConfigs: ReadonlyMap<string, string> = new Map()

interface TopicDraft {
  readonly id: string
  readonly name: string
  readonly partitions: Map<number, PartitionImage>
}

/** Takes records one after the other and makes a new image of them; the image it began with stays as it was. Touches only what changes. */
export class ImageBuilder {
  readonly #base: ClusterImage
  readonly #drafts = new Map<string, TopicDraft>()
  readonly #removedIds = new Set<string>()
  /** Ids of names that are taken or (undefined) free by now; the base tells of all others. */
  readonly #names = new Map<string, string | undefined>()
  /** By topic name, which is how config records call a topic. */
  readonly #configs = new Map<string, Map<string, string>>()
  readonly #features = new Map<string, number>()
  #nextProducerId: number

  constructor(base: ClusterImage) {
    this.#base = base
    this.#nextProducerId = base.nextProducerId
  }

  /** @throws MetadataError for what contradicts the image or cannot be heeded */
  apply(record: DecodedMetadataRecord): void {
    switch (record.name) {
      case 'TopicRecord':
        this.#addTopic(record.message)
        return
      case 'RemoveTopicRecord':
        this.#removeTopic(record.message.topicId)
        return
      case 'PartitionRecord':
        this.#setPartition(record.message)
        return
      case 'PartitionChangeRecord':
        this.#changePartition(record.message)
        return
      case 'ConfigRecord':
        this.#setConfig(record.message)
        return
      case 'ProducerIdsRecord':
        this.#nextProducerId = record.message.nextProducerId
        return
      case 'FeatureLevelRecord':
        this.#features.set(record.message.name, record.message.featureLevel)
        return
      case 'RegisterBrokerRecord':
      case 'UnregisterBrokerRecord':
      case 'BrokerRegistrationChangeRecord':
      case 'FenceBrokerRecord':
      case 'UnfenceBrokerRecord':
      case 'RegisterControllerRecord':
      case 'UnregisterControllerRecord':
      case 'ClearElrRecord':
      case 'ZkMigrationStateRecord':
      case 'NoOpRecord':
        // Of the members of a cluster this broker is the only one; whoever else was registered is not here.
        return
      case 'BeginTransactionRecord':
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord':
        throw new MetadataError(`${record.name} is a mark, not a change`)
      case 'AccessControlEntryRecord':
      case 'RemoveAccessControlEntryRecord':
      case 'ClientQuotaRecord':
      case 'DelegationTokenRecord':
      case 'RemoveDelegationTokenRecord':
      case 'UserScramCredentialRecord':
      case 'RemoveUserScramCredentialRecord':
        // Going on without them would open what they close.
        throw new MetadataError(`the cluster metadata holds a ${record.name}, which this broker cannot heed yet`)
    }
  }

  /** The image as of `offset`. @throws MetadataError when a topic has holes among its partitions */
  build(offset: number): ClusterImage {
    const features = this.#features.size === 0 ? this.#base.features : merged(this.#base.features, this.#features)
    const image = { offset, nextProducerId: this.#nextProducerId, features }
    const { topicsById, topicsByName } = this.#base
    if (this.#drafts.size === 0 && this.#removedIds.size === 0 && this.#configs.size === 0) return { ...image, topicsById, topicsByName }
    return { ...image, ...this.#buildTopics() }
  }

  #addTopic({ topicId: id, name }: MetadataRecordOf<'TopicRecord'>): void {
    if (this.#idOf(name) !== undefined) throw new MetadataError(`topic ${name} is created although it exists`)
    if (this.#findDraft(id) !== undefined) throw new MetadataError(`topic id ${id} is used a second time`)
    this.#names.set(name, id)
    this.#drafts.set(id, { id, name, partitions: new Map() })
  }

  #removeTopic(id: string): void {
    const { name } = this.#draft(id)
    this.#drafts.delete(id)
    this.#removedIds.add(id)
    this.#names.set(name, undefined)
    this.#configs.set(name, new Map())
  }

  #setPartition({ topicId, partitionId: index, leaderEpoch, partitionEpoch }: MetadataRecordOf<'PartitionRecord'>): void {
    this.#draft(topicId).partitions.set(index, { index, leaderEpoch, partitionEpoch })
  }

  #changePartition({ topicId, partitionId, leader }: MetadataRecordOf<'PartitionChangeRecord'>): void {
    const { name, partitions } = this.#draft(topicId)
    const before = partitions.get(partitionId)
    if (before === undefined) throw new MetadataError(`partition ${name}-${partitionId} is changed although it does not exist`)
    const leaderEpoch = leader === noLeaderChange ? before.leaderEpoch : before.leaderEpoch + 1
    partitions.set(partitionId, { index: partitionId, leaderEpoch, partitionEpoch: before.partitionEpoch + 1 })
  }

  #setConfig({ resourceType, resourceName, name, value }: MetadataRecordOf<'ConfigRecord'>): void {
    if (resourceType !== topicResource)
      throw new MetadataError(`the cluster metadata sets ${name} for a resource of type ${resourceType}, which this broker cannot heed yet`)
    let configs = this.#configs.get(resourceName)
    if (configs === undefined) {
      configs = new Map(this.#base.topicsByName.get(resourceName)?.configs)
      this.#configs.set(resourceName, configs)
    }
    if (value === null) configs.delete(name)
    else configs.set(name, value)
  }

  #idOf(name: string): string | undefined {
    return this.#names.has(name) ? this.#names.get(name) : this.#base.topicsByName.get(name)?.id
  }

  #findDraft(id: string): TopicDraft | undefined {
    const draft = this.#drafts.get(id)
    if (draft !== undefined || this.#removedIds.has(id)) return draft
    const topic = this.#base.topicsById.get(id)
    if (topic === undefined) return undefined
    const copy = { id, name: topic.name, partitions: new Map(topic.partitions.map((partition) => [partition.index, partition])) }
    this.#drafts.set(id, copy)
    return copy
  }

  #draft(id: string): TopicDraft {
    const draft = this.#findDraft(id)
    if (draft === undefined) throw new MetadataError(`topic id ${id} is changed although there is no such topic`)
    return draft
  }

  #buildTopics(): Pick<ClusterImage, 'topicsById' | 'topicsByName'> {
    const topicsById = new Map(this.#base.topicsById)
    const topicsByName = new Map(this.#base.topicsByName)
    for (const id of this.#removedIds) {
      const name = topicsById.get(id)?.name
      topicsById.delete(id)
      if (name !== undefined) topicsByName.delete(name)
    }
    for (const name of this.#configs.keys()) {
      const id = this.#idOf(name)
      if (id !== undefined) this.#draft(id)
    }
    for (const draft of this.#drafts.values()) {
      const topic = this.#topicOf(draft)
      topicsById.set(topic.id, topic)
      topicsByName.set(topic.name, topic)
    }
    return { topicsById, topicsByName }
  }

  #topicOf({ id, name, partitions }: TopicDraft): TopicImage {
    const dense = Array.from({ length: partitions.size }, (_, index) => partitions.get(index))
    if (dense.length === 0 || !dense.every((partition) => partition !== undefined))
      throw new MetadataError(`topic ${name} has holes among its ${partitions.size} partitions`)
    const configs = this.#configs.get(name) ?? this.#base.topicsByName.get(name)?.configs ?? noConfigs
    return { id, name, partitions: dense, configs, isInternal: isInternalTopic(name) }
  }
}

function merged(levels: ReadonlyMap<string, number>, changes: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  // Level 0 takes a feature away.
  return new Map([...levels, ...changes].filter(([name]) => changes.get(name) !== 0))
}
