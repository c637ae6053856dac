/** One partition as the cluster metadata knows it. On one broker the leader, the replicas and the in-sync replicas are that broker. */
export interface PartitionImage {
  readonly index: number
  /** Raised at every unclean start, never lowered; the same in Metadata, batches, checkpoint and OffsetForLeaderEpoch. */
  readonly leaderEpoch: number
  readonly partitionEpoch: number
}

export interface TopicImage {
  readonly name: string
  /** Kafka's 22-character text of the uuid. */
  readonly id: string
  /** Dense: the partition with index i stands at position i. */
  readonly partitions: readonly PartitionImage[]
  /** What was set for this topic itself, by Kafka's config names; defaults are not in here. */
  readonly configs: ReadonlyMap<string, string>
  readonly isInternal: boolean
}

/** The cluster metadata at one offset of its log. Immutable: a change makes a new image, and readers keep the one they hold. */
export interface ClusterImage {
  /** Offset of the last metadata record in this image, -1 when empty. */
  readonly offset: number
  readonly topicsByName: ReadonlyMap<string, TopicImage>
  readonly topicsById: ReadonlyMap<string, TopicImage>
  /** First producer id that no block has handed out. */
  readonly nextProducerId: number
  /** Levels of finalized features (KIP-584), metadata.version among them. */
  readonly features: ReadonlyMap<string, number>
}

export const emptyImage: ClusterImage = {
  offset: -1,
  topicsByName: new Map(),
  topicsById: new Map(),
  nextProducerId: 0,
  features: new Map(),
}
