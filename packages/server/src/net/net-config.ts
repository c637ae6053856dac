/** What the network must know of the broker's configuration: Kafka's names in camelCase. */
export interface NetConfig {
  /** The largest request accepted. `socket.request.max.bytes` */
  readonly socketRequestMaxBytes: number
  /** Bytes of requests that may be in flight in the whole broker, arriving ones included; 0 or less: any number. `queued.max.request.bytes` */
  readonly queuedMaxRequestBytes: number
  readonly maxConnections: number
  readonly maxConnectionsPerIp: number
  /** Negative: connections may be idle for ever. */
  readonly connectionsMaxIdleMs: number
}
