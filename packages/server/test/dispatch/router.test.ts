import { PassThrough } from 'node:stream'
import { AssertionError, createLogger } from '@logan/common'
import { DescribeCluster, encodeRequestFrame, Fetch, Produce } from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { type Handler, handler } from '../../src/dispatch/handler.ts'
import { CloseConnection, type RequestContext } from '../../src/dispatch/request-context.ts'
import { createRouter } from '../../src/dispatch/router.ts'
import { apiVersions } from '../../src/handlers/18-api-versions.ts'
import type { Answer, Route } from '../../src/net/route.ts'
import { bytes, fakeConnection, fakeServices } from './fakes.ts'

interface LogLine {
  readonly level: number
  readonly msg: string
  readonly client?: string
  readonly reason?: string
  readonly err?: { readonly stack: string }
}

function setUp(...handlers: Handler[]): { router: Route; log: () => LogLine[]; fatal: AssertionError[] } {
  const output = new PassThrough()
  const fatal: AssertionError[] = []
  const services = fakeServices(createLogger('debug', output as unknown as NodeJS.WriteStream))
  const router = createRouter(handlers, services, { onFatal: (error) => fatal.push(error) })
  const log = (): LogLine[] =>
    String(output.read() ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine)
  return { router, log, fatal }
}

/** DescribeCluster v1, without the size prefix. */
function describeCluster(correlationId = 7): Buffer {
  return Buffer.concat(encodeRequestFrame({ apiKey: 60, apiVersion: 1, correlationId, clientId: 'me' }, {})).subarray(4)
}

function serving(serve: (context: RequestContext) => unknown): Handler {
  return handler(DescribeCluster, { versions: [0, 2] }, (_request, context) => serve(context) as { clusterId: string })
}

function sent(answer: Answer): Buffer {
  if (answer.kind !== 'send') throw new Error(`answered by ${answer.kind}`)
  return Buffer.concat(answer.buffers)
}

describe('the router', () => {
  it('hands the request to its handler and sends what it answers, now or later, under the same correlation id', async () => {
    const contexts: RequestContext[] = []
    for (const answer of [{ clusterId: 'c' }, Promise.resolve({ clusterId: 'c' })]) {
      const { router } = setUp(
        serving((context) => {
          contexts.push(context)
          return answer
        }),
      )
      const response = sent(await router.serve(describeCluster(4711), fakeConnection))
      expect(response.readInt32BE(0)).toBe(response.length - 4)
      expect(response.readInt32BE(4)).toBe(4711)
      expect(response.includes('c')).toBe(true)
    }
    expect(contexts[0]).toMatchObject({ apiVersion: 1, clientId: 'me', connection: fakeConnection })
    expect(contexts[0]!.apiRanges).toEqual([{ apiKey: 60, minVersion: 0, maxVersion: 2 }])
  })

  it('answers nothing when the handler says null', async () => {
    const { router } = setUp(serving(() => null))
    expect(await router.serve(describeCluster(), fakeConnection)).toEqual({ kind: 'nothing' })
  })

  it('serves at once: a handler has begun when serve returns', () => {
    let begun = false
    const { router } = setUp(
      serving(async () => {
        begun = true
        return null
      }),
    )
    void router.serve(describeCluster(), fakeConnection)
    expect(begun).toBe(true)
  })

  it('ignores bytes after the end of a request, as Kafka does', async () => {
    const { router } = setUp(serving(() => ({})))
    const frame = Buffer.concat([describeCluster(), bytes('beef')])
    expect((await router.serve(frame, fakeConnection)).kind).toBe('send')
  })

  it.each([
    ['an API that nobody knows', '03e7 0000 00000001 ffff', 'unknown API key 999'],
    ['a negative API key', '8000 0000 00000001 ffff', 'unknown API key -32768'],
    ['an API that is not served', '0003 0000 00000001 ffff 00000000', undefined],
    ['a version above those served', '003c 0003 00000001 ffff 00', undefined],
    ['Produce v2, though it is advertised', '0000 0002 00000001 ffff 0001 00000000 00000000', undefined],
    ['nothing at all', '', 'a header cannot be in 0 bytes'],
    ['half a header', '003c 0001 0000', 'Request header'],
    ['half a body', '003c 0001 00000001 ffff 00 00', 'DescribeCluster request v1'],
  ])('closes the connection on %s, and says so once', async (_what, hex, reason) => {
    const { router, log } = setUp(
      serving(() => ({})),
      handler(Produce, { versions: [3, 13] }, () => null),
    )
    expect(await router.serve(bytes(hex), fakeConnection)).toEqual({ kind: 'close' })
    const lines = log()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 40, client: fakeConnection.client })
    if (reason !== undefined) expect(lines[0]!.reason).toContain(reason)
  })

  it('closes the connection when the handler asks for it', async () => {
    for (const fail of [
      () => {
        throw new CloseConnection('acks=0 failed')
      },
      async () => Promise.reject(new CloseConnection('acks=0 failed')),
    ]) {
      const { router, log, fatal } = setUp(serving(fail))
      expect(await router.serve(describeCluster(), fakeConnection)).toEqual({ kind: 'close' })
      expect(log()).toMatchObject([{ level: 30, reason: 'acks=0 failed' }])
      expect(fatal).toEqual([])
    }
  })

  it('takes any other error for a bug: logged with its stack, the connection closed', async () => {
    const failing: (() => unknown)[] = [
      () => {
        throw new TypeError('no such thing')
      },
      async () => Promise.reject(new TypeError('no such thing')),
      // A response that its version cannot carry is our bug, not the client's.
      () => ({ throttleTimeMs: 'no such thing' }),
    ]
    for (const fail of failing) {
      const { router, log, fatal } = setUp(serving(fail))
      expect(await router.serve(describeCluster(), fakeConnection)).toEqual({ kind: 'close' })
      const [line] = log()
      expect(line).toMatchObject({ level: 50, client: fakeConnection.client })
      expect(line!.err!.stack).toContain('at ')
      expect(fatal).toEqual([])
    }
  })

  it('tells of a broken invariant, sync or async', async () => {
    const broken = new AssertionError('two owners')
    for (const fail of [
      () => {
        throw broken
      },
      async () => Promise.reject(broken),
    ]) {
      const { router, fatal } = setUp(serving(fail))
      expect(await router.serve(describeCluster(), fakeConnection)).toEqual({ kind: 'close' })
      expect(fatal).toEqual([broken])
    }
  })

  it('lets consecutive requests overlap where the handler says so, and accepts any bytes', () => {
    const { router } = setUp(
      handler(Produce, { versions: [3, 13], overlaps: true }, () => null),
      handler(Fetch, { versions: [4, 18] }, () => ({})),
    )
    expect(router.overlapClass(bytes('0000 0009'))).toBe(0)
    for (const hex of ['0001 0009', '', '00', 'ffff', '7fff']) expect(router.overlapClass(bytes(hex)), hex).toBeNull()
  })

  it('refuses a list of handlers that contradicts itself or the protocol', () => {
    const make = (...handlers: Handler[]) => setUp(...handlers)
    expect(() => make(apiVersions, apiVersions)).toThrow('two handlers')
    expect(() => make(handler(Fetch, { versions: [0, 99] }, () => ({})))).toThrow('not a stable range')
  })
})
