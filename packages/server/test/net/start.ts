import { silentLogger, systemClock } from '@logan/common'
import { type Listener, type ListenerOptions, startListener } from '../../src/net/listener.ts'
import type { NetConfig } from '../../src/net/net-config.ts'
import type { Route } from '../../src/net/route.ts'

export const netConfig: NetConfig = {
  socketRequestMaxBytes: 100 * 1024 * 1024,
  queuedMaxRequestBytes: 256 * 1024 * 1024,
  maxConnections: 1000,
  maxConnectionsPerIp: 1000,
  connectionsMaxIdleMs: 600_000,
}

export function start(
  route: Route,
  { config, ...rest }: Partial<Omit<ListenerOptions, 'config'>> & { config?: Partial<NetConfig> } = {},
): Promise<Listener> {
  return startListener({
    host: '127.0.0.1',
    port: 0,
    advertised: null,
    clock: systemClock,
    logger: silentLogger,
    route,
    config: { ...netConfig, ...config },
    ...rest,
  })
}
