import { type Logger, silentLogger } from '@logan/common'
import type { BrokerServices, ConnectionView } from '../../src/dispatch/request-context.ts'

export const metadataOffset = 1986

/** What the router and ApiVersions use of the broker. */
export function fakeServices(logger: Logger = silentLogger): BrokerServices {
  return { logger, image: () => ({ offset: metadataOffset }) } as unknown as BrokerServices
}

export const fakeConnection: ConnectionView = {
  id: 1,
  clientHost: '127.0.0.1',
  client: '127.0.0.1:40000',
  advertised: { host: 'localhost', port: 9092 },
  closed: new AbortController().signal,
}

/** A frame without its size prefix, from hexadecimal text. */
export function bytes(...hex: string[]): Buffer {
  return Buffer.from(hex.join('').replaceAll(' ', ''), 'hex')
}
