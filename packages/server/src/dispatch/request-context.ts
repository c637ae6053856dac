import type { Clock, Logger } from '@logan/common'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { ClusterImage } from '../cluster/image.ts'
import type { Controller } from '../cluster/controller.ts'
import type { ProducerIds } from '../cluster/producer-ids.ts'
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
  /** What this client should be told to connect to: `--advertise`, else the address through which it came. */
  readonly advertised: Endpoint
  /** Aborted when the connection is gone: a long poll then stops waiting. */
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
  readonly logDirectory: LogDirectoryView
}

export interface LogDirectoryView {
  /** Absolute, as the operator would write it. */
  readonly path: string
  /** Of the file system that holds it, in bytes. */
  space(): { readonly totalBytes: number; readonly usableBytes: number }
}

export interface RequestContext {
  readonly apiVersion: number
  readonly clientId: string | null
  readonly connection: ConnectionView
  readonly broker: BrokerServices
}

/** Thrown by a handler when Kafka answers by closing the connection (an error under acks=0, for one). */
export class CloseConnection extends Error {
  override readonly name = 'CloseConnection'
}
