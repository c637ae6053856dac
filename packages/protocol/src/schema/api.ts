import type { Input, Shape, Value } from './field.ts'
import { MessageSchema, type VersionRange } from './message.ts'

export interface ApiOptions<K extends number, N extends string, Q extends Shape, R extends Shape> {
  readonly key: K
  readonly name: N
  /** Every version that can be encoded and decoded. */
  readonly versions: VersionRange
  /** Versions that a stable release of Kafka serves, when not all; null when none does. */
  readonly stableVersions?: VersionRange | null
  /** First flexible version of request and response (KIP-482); left out when there is none. */
  readonly flexibleFrom?: number
  readonly request: Q
  readonly response: R
}

/** One API of the Kafka protocol in all its versions. */
export class Api<K extends number = number, N extends string = string, Q extends Shape = any, R extends Shape = any> {
  readonly key: K
  readonly name: N
  readonly versions: VersionRange
  /** Versions that may be advertised: those outside belong to unreleased or early-access forms. Null: none. */
  readonly stableVersions: VersionRange | null
  readonly flexibleFrom: number | null
  readonly request: MessageSchema<Q>
  readonly response: MessageSchema<R>

  constructor({ key, name, versions, stableVersions = versions, flexibleFrom, request, response }: ApiOptions<K, N, Q, R>) {
    this.key = key
    this.name = name
    this.versions = versions
    this.stableVersions = stableVersions
    this.flexibleFrom = flexibleFrom ?? null
    const common = { versions, flexibleFrom: this.flexibleFrom }
    this.request = new MessageSchema({ ...common, name: `${name} request`, fields: request })
    this.response = new MessageSchema({ ...common, name: `${name} response`, fields: response })
  }
}

export function defineApi<const K extends number, const N extends string, const Q extends Shape, const R extends Shape>(
  options: ApiOptions<K, N, Q, R>,
): Api<K, N, Q, R> {
  return new Api(options)
}

/** The decoded request of an API, e.g. `RequestOf<typeof Produce>`. */
export type RequestOf<A extends Api> = A extends Api<any, any, infer Q, any> ? Value<Q> : never
export type ResponseOf<A extends Api> = A extends Api<any, any, any, infer R> ? Value<R> : never
/** What a request is encoded from: the same, with any part left out. */
export type RequestInputOf<A extends Api> = A extends Api<any, any, infer Q, any> ? Input<Q> : never
export type ResponseInputOf<A extends Api> = A extends Api<any, any, any, infer R> ? Input<R> : never
