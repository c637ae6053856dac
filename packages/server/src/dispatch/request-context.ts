import type { Clock, Logger } from '@logan/common'
import type { Controller } from '../cluster/controller.ts'
import type { ClusterImage } from '../cluster/image.ts'
import type { ProducerIds } from '../cluster/producer-ids.ts'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { AnswerMemory } from '../fetch/answer-memory.ts'
import type { FetchSessions } from '../fetch/fetch-sessions.ts'
import type { ShardClient } from '../shard/shard-client.ts'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The connection as a handler may see it: who is there, and whether it still is. */
export interface ConnectionView {
  readonly id: number
  /** Address of the client, as the socket says it. */
  readonly clientHost: string
  /** The same with its port, for log lines. */
  readonly client: string
  /** What this client should be told to connect to: `--advertise`, else the address through which it came. */
  readonly advertised: Endpoint
  /** Aborted when the connection is gone or about to go (the client ended, the broker stops): a long poll then answers with what is there. */
  readonly closed: AbortSignal
}

/** What a handler may use of the broker; narrow on purpose. */
export interface BrokerServices {
  readonly nodeId: number
  readonly clusterId: string
  readonly clock: Clock
  readonly logger: Logger
  readonly config: BrokerConfig
  /** The newest published image. */
  image(): ClusterImage
  readonly controller: Controller
  readonly producerIds: ProducerIds
  readonly shards: ShardClient
  readonly fetchSessions: FetchSessions
  readonly answerMemory: AnswerMemory
  readonly logDirectory: LogDirectoryView
}

export interface LogDirectoryView {
  /** Absolute, as the operator would write it. */
  readonly path: string
  /** Of the file system that holds it, in bytes. */
  space(): { readonly totalBytes: number; readonly usableBytes: number }
}

/** The versions of one API, both inclusive, as ApiVersions tells them. */
export interface ApiRange {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

export interface RequestContext {
  readonly apiVersion: number
  readonly clientId: string | null
  readonly connection: ConnectionView
  readonly broker: BrokerServices
  /** What this broker advertises, by ascending key. */
  readonly apiRanges: readonly ApiRange[]
  /** Has `release` called once, when the answer is out, or will not be sent. */
  readonly whenWritten: (release: () => void) => void
}

/** Thrown by a handler when Kafka answers by closing the connection (an error under acks=0, for one). */
export class CloseConnection extends Error {
  override readonly name = 'CloseConnection'
}
