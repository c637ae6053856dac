/** Whether a client may simply try again, in Kafka's judgement (its `RetriableException`s). */
type Retry = 'retriable' | 'final'

/**
 * Every error code of the Kafka protocol, up to Apache Kafka 4.3: code, retry, what it tells.
 * The key of each entry is the official name.
 */
const table = {
  UNKNOWN_SERVER_ERROR: [-1, 'final', 'The broker failed in a way it did not expect.'],
  NONE: [0, 'final', 'No error.'],
  OFFSET_OUT_OF_RANGE: [1, 'final', 'The partition does not hold the offset asked for.'],
  CORRUPT_MESSAGE: [2, 'retriable', 'The records fail their checksum or are malformed.'],
  UNKNOWN_TOPIC_OR_PARTITION: [3, 'retriable', 'This broker does not host the topic or partition.'],
  INVALID_FETCH_SIZE: [4, 'final', 'The fetch size is not valid.'],
  LEADER_NOT_AVAILABLE: [5, 'retriable', 'The partition has no leader at the moment.'],
  NOT_LEADER_OR_FOLLOWER: [6, 'retriable', 'This broker does not lead the partition, or holds no replica of it.'],
  REQUEST_TIMED_OUT: [7, 'retriable', 'The request was not completed in its time.'],
  BROKER_NOT_AVAILABLE: [8, 'final', 'The broker is not available.'],
  REPLICA_NOT_AVAILABLE: [9, 'retriable', 'The replica asked for is not available.'],
  MESSAGE_TOO_LARGE: [10, 'final', 'A batch is larger than the broker accepts.'],
  STALE_CONTROLLER_EPOCH: [11, 'final', 'The controller has moved to another broker.'],
  OFFSET_METADATA_TOO_LARGE: [12, 'final', 'The metadata text of a committed offset is too long.'],
  NETWORK_EXCEPTION: [13, 'retriable', 'The connection ended before the answer came.'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, 'retriable', 'The coordinator is still loading its state.'],
  COORDINATOR_NOT_AVAILABLE: [15, 'retriable', 'The coordinator is not available.'],
  NOT_COORDINATOR: [16, 'retriable', 'This broker is not the coordinator asked for.'],
  INVALID_TOPIC_EXCEPTION: [17, 'final', 'The topic name is not valid, or the topic may not be used like this.'],
  RECORD_LIST_TOO_LARGE: [18, 'final', 'The records are larger than a log segment may be.'],
  NOT_ENOUGH_REPLICAS: [19, 'retriable', 'Too few replicas are in sync; nothing was written.'],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [20, 'retriable', 'The records were written, but to too few replicas.'],
  INVALID_REQUIRED_ACKS: [21, 'final', 'The required acks must be -1, 0 or 1.'],
  ILLEGAL_GENERATION: [22, 'final', "The generation is not the group's current one."],
  INCONSISTENT_GROUP_PROTOCOL: [23, 'final', 'The member shares no protocol with the group, or names none.'],
  INVALID_GROUP_ID: [24, 'final', 'The group id is not valid.'],
  UNKNOWN_MEMBER_ID: [25, 'final', 'The group does not know the member.'],
  INVALID_SESSION_TIMEOUT: [26, 'final', 'The session timeout is outside the range the broker allows.'],
  REBALANCE_IN_PROGRESS: [27, 'final', 'The group is rebalancing: join again.'],
  INVALID_COMMIT_OFFSET_SIZE: [28, 'final', 'The offsets to commit are too large.'],
  TOPIC_AUTHORIZATION_FAILED: [29, 'final', 'Not authorized for the topic.'],
  GROUP_AUTHORIZATION_FAILED: [30, 'final', 'Not authorized for the group.'],
  CLUSTER_AUTHORIZATION_FAILED: [31, 'final', 'Not authorized for the cluster.'],
  INVALID_TIMESTAMP: [32, 'final', 'A record timestamp is outside the accepted range.'],
  UNSUPPORTED_SASL_MECHANISM: [33, 'final', 'The broker does not offer the SASL mechanism.'],
  ILLEGAL_SASL_STATE: [34, 'final', 'The request does not fit the state of the SASL exchange.'],
  UNSUPPORTED_VERSION: [35, 'final', 'The broker does not support this version of the API.'],
  TOPIC_ALREADY_EXISTS: [36, 'final', 'A topic of this name exists.'],
  INVALID_PARTITIONS: [37, 'final', 'The number of partitions is not valid.'],
  INVALID_REPLICATION_FACTOR: [38, 'final', 'The replication factor is below 1 or above the number of brokers.'],
  INVALID_REPLICA_ASSIGNMENT: [39, 'final', 'The replica assignment is not valid.'],
  INVALID_CONFIG: [40, 'final', 'The configuration is not valid.'],
  NOT_CONTROLLER: [41, 'retriable', 'This is not the active controller of the cluster.'],
  INVALID_REQUEST: [42, 'final', 'The request is malformed or contradicts itself.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [43, 'final', 'The message format of the records does not allow this.'],
  POLICY_VIOLATION: [44, 'final', 'The request breaks a policy of the broker.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [45, 'final', 'The sequence number does not follow the last one of this producer.'],
  DUPLICATE_SEQUENCE_NUMBER: [46, 'final', 'The sequence number has been seen from this producer before.'],
  INVALID_PRODUCER_EPOCH: [47, 'final', 'The producer epoch is older than the current one.'],
  INVALID_TXN_STATE: [48, 'final', 'The state of the transaction does not allow this.'],
  INVALID_PRODUCER_ID_MAPPING: [49, 'final', 'The producer id does not belong to the transactional id.'],
  INVALID_TRANSACTION_TIMEOUT: [50, 'final', 'The transaction timeout is longer than the broker allows.'],
  CONCURRENT_TRANSACTIONS: [51, 'retriable', 'Another operation on the same transaction is under way.'],
  TRANSACTION_COORDINATOR_FENCED: [52, 'final', 'The transaction marker comes from a coordinator that has been replaced.'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, 'final', 'Not authorized for the transactional id.'],
  SECURITY_DISABLED: [54, 'final', 'Security features are switched off.'],
  OPERATION_NOT_ATTEMPTED: [55, 'final', 'The operation was not tried, since others of the same request failed.'],
  KAFKA_STORAGE_ERROR: [56, 'retriable', 'The disk failed while the log was used.'],
  LOG_DIR_NOT_FOUND: [57, 'final', 'The broker has no such log directory.'],
  SASL_AUTHENTICATION_FAILED: [58, 'final', 'Authentication failed.'],
  UNKNOWN_PRODUCER_ID: [59, 'final', 'The broker holds no state of this producer id; it may have expired.'],
  REASSIGNMENT_IN_PROGRESS: [60, 'final', 'The partition is being reassigned.'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, 'final', 'Delegation tokens are switched off.'],
  DELEGATION_TOKEN_NOT_FOUND: [62, 'final', 'No such delegation token.'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [63, 'final', 'The principal neither owns nor may renew the delegation token.'],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [64, 'final', 'This connection may not ask for delegation tokens.'],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [65, 'final', 'Not authorized for the delegation token.'],
  DELEGATION_TOKEN_EXPIRED: [66, 'final', 'The delegation token has expired.'],
  INVALID_PRINCIPAL_TYPE: [67, 'final', 'The principal type is not supported.'],
  NON_EMPTY_GROUP: [68, 'final', 'The group still has members.'],
  GROUP_ID_NOT_FOUND: [69, 'final', 'No such group.'],
  FETCH_SESSION_ID_NOT_FOUND: [70, 'retriable', 'No such fetch session.'],
  INVALID_FETCH_SESSION_EPOCH: [71, 'retriable', 'The epoch of the fetch session is not the expected one.'],
  LISTENER_NOT_FOUND: [72, 'retriable', 'The leader has no listener like the one the request came through.'],
  TOPIC_DELETION_DISABLED: [73, 'final', 'Deleting topics is switched off.'],
  FENCED_LEADER_EPOCH: [74, 'retriable', "The request's leader epoch is older than the broker's."],
  UNKNOWN_LEADER_EPOCH: [75, 'retriable', "The request's leader epoch is newer than the broker's."],
  UNSUPPORTED_COMPRESSION_TYPE: [76, 'final', 'The version of the request does not allow this compression.'],
  STALE_BROKER_EPOCH: [77, 'final', "The broker's epoch has changed."],
  OFFSET_NOT_AVAILABLE: [78, 'retriable', 'The new leader does not know its high watermark yet.'],
  MEMBER_ID_REQUIRED: [79, 'final', 'Join again with the member id given here.'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, 'retriable', 'The preferred leader is not available.'],
  GROUP_MAX_SIZE_REACHED: [81, 'final', 'The group has as many members as it may have.'],
  FENCED_INSTANCE_ID: [82, 'final', 'Another member has registered with the same group instance id.'],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, 'retriable', 'No replica that may lead is available.'],
  ELECTION_NOT_NEEDED: [84, 'retriable', 'The partition needs no election.'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, 'final', 'The partition is not being reassigned.'],
  GROUP_SUBSCRIBED_TO_TOPIC: [86, 'final', 'Offsets of a topic the group is subscribed to cannot be deleted.'],
  INVALID_RECORD: [87, 'final', 'A record was refused by validation.'],
  UNSTABLE_OFFSET_COMMIT: [88, 'retriable', 'Offsets of an open transaction have yet to be settled.'],
  THROTTLING_QUOTA_EXCEEDED: [89, 'retriable', 'The quota is used up for now.'],
  PRODUCER_FENCED: [90, 'final', 'A newer producer uses the same transactional id.'],
  RESOURCE_NOT_FOUND: [91, 'final', 'No such resource.'],
  DUPLICATE_RESOURCE: [92, 'final', 'The request names a resource twice.'],
  UNACCEPTABLE_CREDENTIAL: [93, 'final', 'The credential does not meet the requirements.'],
  INCONSISTENT_VOTER_SET: [94, 'final', 'Sender or receiver is not among the expected voters.'],
  INVALID_UPDATE_VERSION: [95, 'final', 'The update version is not valid.'],
  FEATURE_UPDATE_FAILED: [96, 'final', 'Updating the finalized features failed.'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97, 'final', 'The principal of a forwarded request could not be read.'],
  SNAPSHOT_NOT_FOUND: [98, 'final', 'No such snapshot.'],
  POSITION_OUT_OF_RANGE: [99, 'final', 'The position lies outside the snapshot.'],
  UNKNOWN_TOPIC_ID: [100, 'retriable', 'This broker does not host a topic of this id.'],
  DUPLICATE_BROKER_REGISTRATION: [101, 'final', 'The broker id is taken.'],
  BROKER_ID_NOT_REGISTERED: [102, 'final', 'The broker id is not registered.'],
  INCONSISTENT_TOPIC_ID: [103, 'retriable', "The topic id is not that of the broker's log."],
  INCONSISTENT_CLUSTER_ID: [104, 'final', "The cluster id is not this cluster's."],
  TRANSACTIONAL_ID_NOT_FOUND: [105, 'final', 'No such transactional id.'],
  FETCH_SESSION_TOPIC_ID_ERROR: [106, 'retriable', 'The fetch session mixes topic ids and names.'],
  INELIGIBLE_REPLICA: [107, 'final', 'A replica that may not be in sync was named as in sync.'],
  NEW_LEADER_ELECTED: [108, 'final', 'The partition was altered, and its leader has changed.'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [109, 'final', 'The offset has been moved to tiered storage.'],
  FENCED_MEMBER_EPOCH: [110, 'final', 'The member epoch is fenced: give up all partitions and join again.'],
  UNRELEASED_INSTANCE_ID: [111, 'final', 'Another member still uses the instance id.'],
  UNSUPPORTED_ASSIGNOR: [112, 'final', 'The group does not support the assignor or its version.'],
  STALE_MEMBER_EPOCH: [113, 'final', 'The member epoch is old: try again with the one of the next heartbeat.'],
  MISMATCHED_ENDPOINT_TYPE: [114, 'final', 'The request went to the wrong kind of endpoint.'],
  UNSUPPORTED_ENDPOINT_TYPE: [115, 'final', 'This kind of endpoint is not supported.'],
  UNKNOWN_CONTROLLER_ID: [116, 'final', 'No such controller id.'],
  UNKNOWN_SUBSCRIPTION_ID: [117, 'final', 'The telemetry subscription id is not valid or out of date.'],
  TELEMETRY_TOO_LARGE: [118, 'final', 'The pushed telemetry is larger than the broker accepts.'],
  INVALID_REGISTRATION: [119, 'final', 'The controller refuses the broker registration.'],
  TRANSACTION_ABORTABLE: [120, 'final', 'The transaction failed; it can be aborted, and the transactional id used on.'],
  INVALID_RECORD_STATE: [121, 'final', 'The state of the record does not allow this acknowledgement.'],
  SHARE_SESSION_NOT_FOUND: [122, 'retriable', 'No such share session.'],
  INVALID_SHARE_SESSION_EPOCH: [123, 'retriable', 'The epoch of the share session is not the expected one.'],
  FENCED_STATE_EPOCH: [124, 'final', 'The state epoch of the share group is not the expected one.'],
  INVALID_VOTER_KEY: [125, 'final', "The voter key is not the receiver's."],
  DUPLICATE_VOTER: [126, 'final', 'The voter is in the set already.'],
  VOTER_NOT_FOUND: [127, 'final', 'The voter is not in the set.'],
  INVALID_REGULAR_EXPRESSION: [128, 'final', 'The regular expression is not valid.'],
  REBOOTSTRAP_REQUIRED: [129, 'final', "The client's metadata is out of date: bootstrap again."],
  STREAMS_INVALID_TOPOLOGY: [130, 'final', 'The topology is not valid.'],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, 'final', 'The topology epoch is not valid.'],
  STREAMS_TOPOLOGY_FENCED: [132, 'final', 'The topology epoch is older than the current one.'],
  SHARE_SESSION_LIMIT_REACHED: [133, 'retriable', 'The broker has as many share sessions as it may have.'],
} as const satisfies Record<string, readonly [code: number, retry: Retry, message: string]>

/** Official name of an error code. */
export type ErrorName = keyof typeof table

export interface ErrorDescription {
  readonly code: number
  readonly name: ErrorName
  /** Kafka's clients try the request again on their own. */
  readonly retriable: boolean
  readonly message: string
}

/** Number of every error by its official name: `errorCodes.UNKNOWN_TOPIC_OR_PARTITION` is 3. */
export const errorCodes = Object.fromEntries(Object.entries(table).map(([name, [code]]) => [name, code])) as {
  readonly [Name in ErrorName]: (typeof table)[Name][0]
}

/** The code as it stands in responses; one of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[ErrorName]

const byCode = new Map<number, ErrorDescription>(
  Object.entries(table).map(([name, [code, retry, message]]) => [
    code,
    Object.freeze({ code, name: name as ErrorName, retriable: retry === 'retriable', message }),
  ]),
)

/** What a code means. A code nobody defined is described as UNKNOWN_SERVER_ERROR, as Kafka's clients do, but keeps its number. */
export function errorByCode(code: number): ErrorDescription {
  return byCode.get(code) ?? { ...byCode.get(errorCodes.UNKNOWN_SERVER_ERROR)!, code }
}
