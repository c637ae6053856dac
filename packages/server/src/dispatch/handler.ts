import type { Api, RequestOf, ResponseInputOf } from '@logan/protocol'
import type { RequestContext } from './request-context.ts'

/** Null: no response is sent (Produce with acks=0). */
type Serve<Request, Response> = (request: Request, context: RequestContext) => Response | null | Promise<Response | null>

export interface Handler {
  readonly api: Api
  /** Versions that are really served, both inclusive. */
  readonly versions: readonly [number, number]
  /**
   * True when a request of this API may begin before the connection's earlier requests of the same API are answered.
   * All others begin only when everything before them is answered, as in Apache Kafka.
   */
  readonly overlaps: boolean
  readonly serve: Serve<unknown, unknown>
}

/** Ties a declaration to the function that serves it; types of request and response come from the declaration. */
export function handler<A extends Api>(
  api: A,
  options: { readonly versions: readonly [number, number]; readonly overlaps?: boolean },
  serve: Serve<RequestOf<A>, NoInfer<ResponseInputOf<A>>>,
): Handler {
  return { api, versions: options.versions, overlaps: options.overlaps ?? false, serve: serve as Serve<unknown, unknown> }
}
