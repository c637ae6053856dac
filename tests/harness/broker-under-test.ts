import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, type TestContext } from 'vitest'
import { startBrokerProcess, temporaryDirectory } from './broker-process.ts'

/**
 * The broker that a file of client tests talks to, one for all its tests. Logan, unless LOGAN_TEST_BOOTSTRAP=HOST:PORT
 * names another Kafka: every test of a client must pass against Apache Kafka too, else it tests a belief.
 */
export interface BrokerUnderTest {
  readonly bootstrap: string
  /** The data directory; of a foreign broker nothing is known. */
  readonly directory: string | undefined
  /** Skips a test that looks into Logan's files or needs its flags. */
  onlyLogan(context: TestContext): void
}

/** Starts the broker before the tests of this file, ends it after them. */
export function brokerUnderTest(args: readonly string[] = []): BrokerUnderTest {
  const foreign = process.env.LOGAN_TEST_BOOTSTRAP
  let bootstrap = foreign
  let directory: string | undefined
  const ends = new AsyncDisposableStack()
  beforeAll(async () => {
    if (foreign) return
    directory = ends.use(temporaryDirectory()).path
    const broker = ends.use(await startBrokerProcess({ directory, args }))
    bootstrap = broker.bootstrap
  })
  afterAll(() => ends.disposeAsync())
  return {
    get bootstrap() {
      return bootstrap!
    },
    get directory() {
      return directory
    },
    onlyLogan: (context) => {
      if (foreign) context.skip('needs the files of Logan, and LOGAN_TEST_BOOTSTRAP names another broker')
    },
  }
}

/** A topic that no other test uses, on a foreign broker neither. */
export function freshTopic(what: string): string {
  return `${what}-${randomBytes(4).toString('hex')}`
}
