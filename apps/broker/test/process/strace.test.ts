import { join } from 'node:path'
import { Consumer } from '@platformatic/kafka'
import { expect } from 'vitest'
import { startBrokerProcess, temporaryDirectory } from '../../../../tests/harness/broker-process.ts'
import { foreignClient, testWith } from '../../../../tests/harness/foreign-client.ts'
import { type Call, readTrace, straceCommand } from '../../../../tests/harness/strace.ts'
import { withAdmin, withProducer } from './kafkajs.ts'

/*
 * What `kill -9` cannot tell, since the page cache outlives the process: that a sync covering the records ended before acks=all was answered.
 * Seen from outside, in the system calls.
 */
const strace = foreignClient('strace')
const syncs = ['fsync', 'fdatasync', 'syncfs']
const writes = ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'sendto', 'sendmsg']
const creations = ['open', 'openat', 'mkdir', 'mkdirat', 'rename', 'renameat', 'renameat2']

/** What happened on one data directory. */
class Trace {
  readonly #calls: readonly Call[]
  readonly #directory: string

  constructor(file: string, directory: string) {
    this.#calls = readTrace(file)
    this.#directory = directory
  }

  /** The write that put this text into a file of the folder. */
  written(text: string, folder: string): Call {
    const write = this.#calls.find(
      ({ name, args }) => writes.includes(name) && args.includes(join(this.#directory, folder)) && args.includes(text),
    )
    return seen(write, `a write of ${text} into ${folder}`)
  }

  /** The first bytes to a client after a call had ended. Clients ask one thing at a time here, so this is the answer. */
  answerAfter(call: Call): Call {
    const isAnswer = ({ name, args, began }: Call) => began > call.ended && writes.includes(name) && /^\d+<TCP/.test(args)
    return seen(this.#calls.find(isAnswer), `an answer after ${call.args.slice(0, 100)}`)
  }

  /** The first bytes to a client that hold this text: what a reader got. */
  sent(text: string): Call {
    const sends = ({ name, args }: Call) => writes.includes(name) && /^\d+<TCP/.test(args) && args.includes(text)
    return seen(this.#calls.find(sends), `an answer with ${text}`)
  }

  creation(path: string): Call {
    const full = join(this.#directory, path)
    const creates = ({ name, args, result }: Call) =>
      creations.includes(name) &&
      args.includes(`${full}"`) &&
      (!name.startsWith('open') || args.includes('O_CREAT')) &&
      !result.startsWith('-1')
    return seen(this.#calls.find(creates), `creation of ${path}`)
  }

  creationOfSegments(folder: string): Call[] {
    const log = new RegExp(`${join(this.#directory, folder)}/\\d{20}\\.log"`)
    return this.#calls.filter(({ name, args }) => name.startsWith('open') && args.includes('O_CREAT') && log.test(args))
  }

  /** Syncs of a path, or of the whole file system, that began after one call had ended and had ended before the other began. */
  syncsBetween(call: Call, answer: Call, path: string): Call[] {
    const full = join(this.#directory, path)
    return this.#calls.filter(
      ({ name, args, result, began, ended }) =>
        began > call.ended &&
        ended < answer.began &&
        result === '0' &&
        (name === 'syncfs' || (syncs.includes(name) && args.includes(`<${full}>`))),
    )
  }
}

function seen(call: Call | undefined, what: string): Call {
  if (call === undefined) throw new Error(`the trace has no ${what}`)
  return call
}

async function traced(
  path: string,
  args: readonly string[],
  work: (bootstrap: string) => Promise<void>,
  look: (trace: Trace) => void,
): Promise<void> {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'trace')
  const data = join(directory.path, 'data')
  const under = straceCommand(path, file, [...syncs, ...writes, ...creations])
  const broker = await startBrokerProcess({ directory: data, under, args })
  try {
    await work(broker.bootstrap)
    expect(await broker.stop()).toBe(0)
  } finally {
    await broker.kill()
  }
  look(new Trace(file, data))
}

const firstSegment = '00000000000000000000.log'

testWith(strace, 'a sync of the records ends before acks=all is answered', async (path) => {
  const marks = Array.from({ length: 5 }, (_, i) => `mark-${i}-of-the-test`)
  await traced(
    path,
    ['--topic', 'synced:1'],
    (bootstrap) =>
      withProducer(bootstrap, async (producer) => {
        for (const value of marks) await producer.send({ topic: 'synced', acks: -1, messages: [{ value }] })
      }),
    (trace) => {
      for (const mark of marks) {
        const write = trace.written(mark, 'synced-0')
        expect(trace.syncsBetween(write, trace.answerAfter(write), join('synced-0', firstSegment)), `syncs of ${mark}`).not.toEqual([])
      }
    },
  )
})

testWith(strace, 'no reader gets a record before a sync of it has ended', async (path) => {
  await traced(
    path,
    ['--topic', 'read:1'],
    async (bootstrap) => {
      const consumer = new Consumer({ clientId: 'reader', groupId: 'unused', bootstrapBrokers: [bootstrap] })
      const { topics } = await consumer.metadata({ topics: ['read'] })
      const { id, partitions } = topics.get('read')!
      const partition = { partition: 0, currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1, partitionMaxBytes: 1 << 20 }
      // It waits at the broker, which wakes it as soon as it may.
      const fetch = { node: partitions[0]!.leader, topics: [{ topicId: id, partitions: [partition] }], minBytes: 1, maxWaitTime: 10_000 }
      const fetched = consumer.fetch(fetch)
      await withProducer(bootstrap, (producer) => producer.send({ topic: 'read', acks: 1, messages: [{ value: 'the mark' }] }))
      expect((await fetched).responses[0]!.partitions[0]!.records).toHaveLength(1)
      await consumer.close(true)
    },
    (trace) => {
      const write = trace.written('the mark', 'read-0')
      expect(trace.syncsBetween(write, trace.sent('the mark'), join('read-0', firstSegment))).not.toEqual([])
    },
  )
})

testWith(strace, 'with flush.mode=os nothing waits for a sync', async (path) => {
  await traced(
    path,
    ['--topic', 'synced:1', '--flush-mode', 'os'],
    (bootstrap) =>
      withProducer(
        bootstrap,
        async (producer) => void (await producer.send({ topic: 'synced', acks: -1, messages: [{ value: 'the mark' }] })),
      ),
    (trace) => {
      const write = trace.written('the mark', 'synced-0')
      expect(trace.syncsBetween(write, trace.answerAfter(write), join('synced-0', firstSegment))).toEqual([])
    },
  )
})

testWith(strace, 'a created topic is answered when its record in the metadata log is synced', async (path) => {
  await traced(
    path,
    [],
    (bootstrap) =>
      withAdmin(bootstrap, async (admin) => void (await admin.createTopics({ topics: [{ topic: 'made' }], waitForLeaders: false }))),
    (trace) => {
      const record = trace.written('made', '__cluster_metadata-0')
      expect(trace.syncsBetween(record, trace.answerAfter(record), join('__cluster_metadata-0', firstSegment))).not.toEqual([])
    },
  )
})

testWith(
  strace,
  'the folder of a new partition, and the folder above it, are synced before its first records are acknowledged',
  async (path) => {
    await traced(
      path,
      ['--topic', 'made:1'],
      (bootstrap) =>
        withProducer(
          bootstrap,
          async (producer) => void (await producer.send({ topic: 'made', acks: -1, messages: [{ value: 'the mark' }] })),
        ),
      (trace) => {
        const answer = trace.answerAfter(trace.written('the mark', 'made-0'))
        const [segment] = trace.creationOfSegments('made-0')
        expect(trace.syncsBetween(segment!, answer, 'made-0'), 'syncs of the folder').not.toEqual([])
        expect(trace.syncsBetween(trace.creation('made-0'), answer, '.'), 'syncs of the folder above').not.toEqual([])
      },
    )
  },
)

testWith(strace, 'after a roll the folder is synced before records in the new segment are acknowledged', async (path) => {
  const marks = Array.from({ length: 16 }, (_, i) => `mark-${String(i).padStart(2, '0')} `)
  await traced(
    path,
    ['--topic', 'rolled:1', '--set', 'log.segment.bytes=1048576'],
    (bootstrap) =>
      withProducer(bootstrap, async (producer) => {
        for (const mark of marks) await producer.send({ topic: 'rolled', acks: -1, messages: [{ value: mark + 'x'.repeat(100_000) }] })
      }),
    (trace) => {
      const [, second] = trace.creationOfSegments('rolled-0')
      const first = marks.map((mark) => trace.written(mark, 'rolled-0')).find((write) => write.began > second!.ended)
      const answer = trace.answerAfter(first!)
      expect(trace.syncsBetween(second!, answer, 'rolled-0')).not.toEqual([])
    },
  )
})
