import { AssertionError, assert } from '@logan/common'
import {
  ApiVersions,
  apiByKey,
  decodeRequest,
  decodeRequestHeader,
  encodeResponseFrame,
  ProtocolError,
  type RequestHeader,
} from '@logan/protocol'
import { unsupportedApiVersions } from '../handlers/18-api-versions.ts'
import type { Answer, Route } from '../net/route.ts'
import { advertisedRanges } from './api-versions.ts'
import type { Handler } from './handler.ts'
import { type ApiRange, type BrokerServices, CloseConnection, type ConnectionView } from './request-context.ts'

export interface RouterHooks {
  /** An invariant is broken: nothing may go on as if nothing had happened. */
  onFatal(error: AssertionError): void
}

const close: Answer = { kind: 'close' }
const nothing: Answer = { kind: 'nothing' }

/** Finds the handler of each request. The list of handlers is the only place where APIs are enumerated. */
export function createRouter(handlers: readonly Handler[], services: BrokerServices, hooks: RouterHooks): Route {
  return new Router(handlers, services, hooks)
}

/**
 * One request from frame to answer: header, version, body, handler, response. What fails, as in Apache Kafka:
 *
 * - a malformed request, an API or a version that is not served: the connection closes. ApiVersions alone has an answer for any version.
 * - CloseConnection from a handler: the connection closes.
 * - anything else thrown is a bug. It is logged with its stack and closes the connection, which is the one answer every API and version
 *   has; an AssertionError also goes to `onFatal`.
 */
class Router implements Route {
  readonly #handlers: (Handler | undefined)[] = []
  readonly #apiRanges: readonly ApiRange[]
  readonly #services: BrokerServices
  readonly #hooks: RouterHooks

  constructor(handlers: readonly Handler[], services: BrokerServices, hooks: RouterHooks) {
    for (const handler of handlers) {
      const { api, versions } = handler
      const served = api.stableVersions
      assert(
        served !== null && served[0] <= versions[0] && versions[1] <= served[1],
        `${api.name} v${versions.join('-')} is not a stable range`,
      )
      assert(this.#handlers[api.key] === undefined, `${api.name} has two handlers`)
      this.#handlers[api.key] = handler
    }
    this.#apiRanges = advertisedRanges(handlers)
    this.#services = services
    this.#hooks = hooks
  }

  overlapClass(frame: Buffer): number | null {
    if (frame.length < 2) return null
    const apiKey = frame.readInt16BE(0)
    return this.#handlers[apiKey]?.overlaps === true ? apiKey : null
  }

  serve(frame: Buffer, connection: ConnectionView): Answer | Promise<Answer> {
    let decoded: DecodedHeader
    try {
      decoded = decodeRequestHeader(frame)
    } catch (error) {
      return this.#malformed(error, connection)
    }
    const { header, bodyOffset } = decoded
    const handler = this.#handlers[header.apiKey]
    if (handler === undefined || !isServed(handler, header.apiVersion)) return this.#unsupported(header, connection)
    let request: unknown
    try {
      request = decodeRequest(header.apiKey, header.apiVersion, frame.subarray(bodyOffset), { trailingBytes: 'ignore' })
    } catch (error) {
      return this.#malformed(error, connection)
    }
    return this.#call(handler, header, request, connection)
  }

  #call(handler: Handler, header: RequestHeader, request: unknown, connection: ConnectionView): Answer | Promise<Answer> {
    const { apiVersion, clientId } = header
    const releases: (() => void)[] = []
    const whenWritten = (release: () => void): void => void releases.push(release)
    const context = { apiVersion, clientId, connection, broker: this.#services, apiRanges: this.#apiRanges, whenWritten }
    const failed = (error: unknown): Answer => releasing(this.#failed(error, handler, header, connection), releases)
    try {
      const response = handler.serve(request, context)
      if (response instanceof Promise) return response.then((settled) => releasing(encode(header, settled), releases)).catch(failed)
      return releasing(encode(header, response), releases)
    } catch (error) {
      return failed(error)
    }
  }

  #unsupported({ apiKey, apiVersion, correlationId }: RequestHeader, connection: ConnectionView): Answer {
    if (apiKey === ApiVersions.key) {
      return { kind: 'send', buffers: encodeResponseFrame(ApiVersions.key, 0, correlationId, unsupportedApiVersions(this.#apiRanges)) }
    }
    this.#services.logger.warn(
      { client: connection.client, api: apiByKey(apiKey)?.name, apiVersion },
      'API or version not served: connection closes',
    )
    return close
  }

  #malformed(error: unknown, connection: ConnectionView): Answer {
    if (!(error instanceof ProtocolError)) return this.#bug(error, {}, connection)
    this.#services.logger.warn({ client: connection.client, reason: error.message }, 'malformed request: connection closes')
    return close
  }

  #failed(error: unknown, { api }: Handler, { apiVersion, clientId }: RequestHeader, connection: ConnectionView): Answer {
    const details = { api: api.name, apiVersion, clientId }
    if (!(error instanceof CloseConnection)) return this.#bug(error, details, connection)
    this.#services.logger.info({ client: connection.client, ...details, reason: error.message }, 'connection closes')
    return close
  }

  #bug(error: unknown, details: object, connection: ConnectionView): Answer {
    this.#services.logger.error(
      { client: connection.client, ...details, err: error },
      'a request failed in an unexpected way: connection closes',
    )
    if (error instanceof AssertionError) this.#hooks.onFatal(error)
    return close
  }
}

type DecodedHeader = ReturnType<typeof decodeRequestHeader>

function isServed({ versions: [min, max] }: Handler, version: number): boolean {
  return version >= min && version <= max
}

function encode({ apiKey, apiVersion, correlationId }: RequestHeader, response: unknown): Answer {
  if (response === null) return nothing
  return { kind: 'send', buffers: encodeResponseFrame(apiKey, apiVersion, correlationId, response as object) }
}

/** Gives back what the answer holds when it is out, or at once when there is none. */
function releasing(answer: Answer, releases: readonly (() => void)[]): Answer {
  if (releases.length === 0) return answer
  const onWritten = (): void => {
    for (const release of releases) release()
  }
  if (answer.kind === 'send') return { ...answer, onWritten }
  onWritten()
  return answer
}
