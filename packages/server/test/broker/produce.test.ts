import { randomBytes } from 'node:crypto'
import { allRecords, batchLayout, buildBatch, codecs, crc32c, Produce, splitBatches, validateBatch } from '@logan/protocol'
import { describe, expect, it } from 'vitest'
import { batchOf, createTopic, fetchOne, newBrokerAndClient, newClient, newDirectory, produce, produceRequest } from './broker-testkit.ts'

const durable = () => ({ logDir: newDirectory(), flushMode: 'sync' }) as const

describe('acks', () => {
  it.each(['sync', 'os'] as const)('1 and all are answered with the offset of the first record, flush.mode=%s', async (flushMode) => {
    const { client } = await newBrokerAndClient({ logDir: newDirectory(), flushMode })
    const topic = await createTopic(client)
    const answers = [
      await produce(client, topic, batchOf(['a', 'b']), { acks: 1 }),
      await produce(client, topic, batchOf(['c']), { acks: -1 }),
      await produce(client, topic, batchOf(['d']), { acks: 1 }),
    ]
    expect(
      answers.map(({ error, baseOffset, logAppendTimeMs, logStartOffset }) => [error, baseOffset, logAppendTimeMs, logStartOffset]),
    ).toEqual([
      ['NONE', 0, -1, 0],
      ['NONE', 2, -1, 0],
      ['NONE', 3, -1, 0],
    ])
    // A sync is on its way for the last one; a fetch that would come back empty waits for it.
    expect((await fetchOne(client, topic, { fetchOffset: 3 })).values).toEqual(['d'])
  })

  it('0 is not answered, and the next request is', async () => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client)
    client.send(Produce, 13, produceRequest(topic, batchOf(['silent']), { acks: 0 }))
    expect(await produce(client, topic, batchOf(['loud']))).toMatchObject({ error: 'NONE', baseOffset: 1 })
    expect((await fetchOne(client, topic)).values).toEqual(['silent', 'loud'])
  })

  it('0 with an error closes the connection, and what came before it stands', async () => {
    const { broker, client } = await newBrokerAndClient()
    const topic = await createTopic(client)
    client.send(Produce, 13, produceRequest(topic, batchOf(['kept']), { acks: 0 }))
    client.send(Produce, 13, produceRequest(topic, batchOf(['lost']), { acks: 0, partition: 1 }))
    await client.closed
    expect((await fetchOne(await newClient(broker), topic)).values).toEqual(['kept'])
  })

  it.each([2, -2, 100])('%i is refused', async (acks) => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client)
    expect(await produce(client, topic, batchOf(['a']), { acks })).toMatchObject({ error: 'INVALID_REQUIRED_ACKS', baseOffset: -1 })
    expect((await fetchOne(client, topic)).highWatermark).toBe(0)
  })

  it('all is refused where two replicas must have it, 1 is not', async () => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client, 'two', { configs: { 'min.insync.replicas': '2' } })
    expect(await produce(client, topic, batchOf(['a']))).toMatchObject({ error: 'NOT_ENOUGH_REPLICAS', baseOffset: -1 })
    expect(await produce(client, topic, batchOf(['b']), { acks: 1 })).toMatchObject({ error: 'NONE', baseOffset: 0 })
    expect((await fetchOne(client, topic)).values).toEqual(['b'])
  })
})

describe('one batch of magic 2', () => {
  const corrupt = (): Buffer => {
    const bytes = batchOf(['flipped'])
    bytes[bytes.length - 2]! ^= 1
    return bytes
  }
  const control = () => buildBatch({ records: [{ key: Buffer.from([0, 0, 0, 1]), value: Buffer.alloc(6) }], isControl: true })
  const transactional = () => batchOf(['x'], { producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional: true })
  /** A checksum that holds around records that do not decompress. */
  const rotten = (value: string) => {
    const bytes = batchOf([value], { codec: codecs.gzip })
    bytes.fill(0xaa, batchLayout.records + 20)
    bytes.writeUInt32BE(crc32c(bytes.subarray(batchLayout.attributes)), batchLayout.crc)
    return bytes
  }
  const refusals: [string, () => Buffer | null, string][] = [
    ['null', () => null, 'INVALID_RECORD'],
    ['no bytes', () => Buffer.alloc(0), 'INVALID_RECORD'],
    ['two batches', () => Buffer.concat([batchOf(['a']), batchOf(['b'])]), 'INVALID_RECORD'],
    ['a batch without records', () => buildBatch({ records: [] }), 'INVALID_RECORD'],
    ['half a batch', () => batchOf(['half']).subarray(0, 65), 'INVALID_RECORD'],
    ['a wrong checksum', corrupt, 'CORRUPT_MESSAGE'],
    ['a rotten payload', () => rotten('x'.repeat(500)), 'INVALID_RECORD'],
    ['a batch above max.message.bytes', () => batchOf(['x'.repeat(3000)]), 'MESSAGE_TOO_LARGE'],
    ['a control batch', control, 'INVALID_RECORD'],
    ['a transactional batch', transactional, 'INVALID_TXN_STATE'],
    ['a producer id without sequence', () => batchOf(['x'], { producerId: 1, producerEpoch: 0 }), 'INVALID_RECORD'],
    ['the append time of a client', () => batchOf(['x'], { timestampType: 'LogAppendTime' }), 'INVALID_TIMESTAMP'],
  ]

  it.each(refusals)('%s is refused, and nothing is appended', async (_, records, error) => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client, 't', { configs: { 'max.message.bytes': '2000' } })
    const refused = await produce(client, topic, records())
    expect(refused).toMatchObject({ error, baseOffset: -1, logAppendTimeMs: -1 })
    expect(refused.errorMessage).toEqual(expect.any(String))
    expect(await produce(client, topic, batchOf(['good']))).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })

  it('zstd is refused below v7', async () => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client)
    const records = () => batchOf(['z'.repeat(100)], { codec: codecs.zstd })
    expect(await produce(client, topic, records(), { version: 6 })).toMatchObject({ error: 'UNSUPPORTED_COMPRESSION_TYPE' })
    expect(await produce(client, topic, records(), { version: 7 })).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })
})

describe('timestamps', () => {
  const hourMs = 3_600_000

  it.each(Object.entries(codecs))('are those of the producer unless the topic has its own time, %s', async (_, codec) => {
    const { client } = await newBrokerAndClient()
    const kept = await createTopic(client, 'kept')
    const stamped = await createTopic(client, 'stamped', { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    const beginMs = Date.now()
    expect((await produce(client, kept, batchOf(['a', 'b'], { timestamp: 5, codec }))).logAppendTimeMs).toBe(-1)
    const { logAppendTimeMs } = await produce(client, stamped, batchOf(['a', 'b'], { timestamp: 5, codec }))
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(beginMs)
    expect(logAppendTimeMs).toBeLessThanOrEqual(Date.now())
    for (const [topic, expected] of [
      [kept, 5],
      [stamped, logAppendTimeMs],
    ] as const) {
      const { records } = await fetchOne(client, topic)
      expect([...allRecords(records!)].map(({ timestamp }) => timestamp)).toEqual([expected, expected])
      for (const batch of splitBatches(records!)) expect(validateBatch(batch, 'log')).toBeNull()
    }
  })

  it('out of bounds are refused by record', async () => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client, 'bounded', { configs: { 'message.timestamp.before.max.ms': String(hourMs) } })
    const nowMs = Date.now()
    const stamps = [nowMs, nowMs - 2 * hourMs, nowMs - hourMs / 2, nowMs + 2 * hourMs]
    const records = buildBatch({ records: stamps.map((timestamp) => ({ value: Buffer.from('x'), timestamp })) })
    const refused = await produce(client, topic, records)
    expect(refused).toMatchObject({ error: 'INVALID_TIMESTAMP', baseOffset: -1 })
    expect(refused.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([1, 3])
    expect(await produce(client, topic, batchOf(['none'], { timestamp: -1 }))).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })
})

describe('several at once', () => {
  it('pipelined produces of compressed and plain batches keep their order', async () => {
    const { client } = await newBrokerAndClient(durable())
    const topic = await createTopic(client)
    // Large compressed ones are checked off the loop, while small and plain ones are checked at once.
    const values = Array.from({ length: 40 }, (_, index) => `${index}:`.padEnd(index % 3 === 0 ? 40_000 : 20, `${index}`))
    const codecOf = (index: number) => [codecs.zstd, codecs.none, codecs.gzip, codecs.snappy, codecs.lz4][index % 5]!
    const answers = values.map((value, index) =>
      produce(client, topic, batchOf([value], { codec: codecOf(index) }), { acks: index % 2 === 0 ? 1 : -1 }),
    )
    const settled = await Promise.all(answers)
    expect(settled.map(({ baseOffset }) => baseOffset)).toEqual(values.map((_, index) => index))
    expect((await fetchOne(client, topic)).values).toEqual(values)
  })

  it('a large payload that turns out rotten takes nobody along', async () => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client)
    // Too much noise for gzip, so that its check is done off the loop.
    const noise = randomBytes(20_000).toString('base64')
    const rotten = batchOf([noise], { codec: codecs.gzip })
    rotten.fill(0xaa, 5000)
    rotten.writeUInt32BE(crc32c(rotten.subarray(batchLayout.attributes)), batchLayout.crc)
    const sound = () => batchOf([noise], { codec: codecs.gzip })
    const answers = await Promise.all([sound(), rotten, batchOf(['plain']), sound()].map((records) => produce(client, topic, records)))
    expect(answers.map(({ error, baseOffset }) => [error, baseOffset])).toEqual([
      ['NONE', 0],
      ['INVALID_RECORD', -1],
      ['NONE', 1],
      ['NONE', 2],
    ])
  })

  it('clients beside each other get offsets without gaps or repetitions', async () => {
    const { broker, client } = await newBrokerAndClient(durable())
    const topic = await createTopic(client)
    const clients = await Promise.all(Array.from({ length: 8 }, () => newClient(broker)))
    const waves = clients.map((one, index) =>
      Promise.all(
        Array.from({ length: 15 }, (_, turn) => produce(one, topic, batchOf([`${index}/${turn}`]), { acks: turn % 2 === 0 ? -1 : 1 })),
      ),
    )
    const answers = await Promise.all(waves)
    const given = answers.flat().map(({ baseOffset }) => baseOffset)
    expect([...given].sort((one, other) => one - other)).toEqual(Array.from({ length: 120 }, (_, offset) => offset))
    const { values } = await fetchOne(client, topic)
    for (const [index, own] of answers.entries()) {
      const offsets = own.map(({ baseOffset }) => baseOffset)
      expect(offsets).toEqual(offsets.toSorted((one, other) => one - other))
      expect(offsets.map((offset) => values[offset])).toEqual(own.map((_, turn) => `${index}/${turn}`))
    }
  })

  it('a request without topics is answered, with acks=0 by silence', async () => {
    const { client } = await newBrokerAndClient()
    client.send(Produce, 13, { acks: 0, timeoutMs: 1000, topicData: [] })
    expect((await client.call(Produce, 13, { acks: 1, timeoutMs: 1000, topicData: [] })).responses).toEqual([])
  })

  it('each partition of each topic has its own answer, in the order asked', async () => {
    const { client } = await newBrokerAndClient(durable())
    const one = await createTopic(client, 'one', { partitions: 3 })
    const two = await createTopic(client, 'two')
    const data = (index: number, value: string) => ({ index, records: batchOf([value]) })
    const { responses } = await client.call(Produce, 12, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [
        { name: 'two', partitionData: [data(0, 'two-0'), data(1, 'nowhere')] },
        { name: 'unknown', partitionData: [data(0, 'nowhere')] },
        { name: 'one', partitionData: [data(2, 'one-2'), data(0, 'one-0'), data(-1, 'nowhere')] },
      ],
    })
    expect(
      responses.map(({ name, partitionResponses }) => [name, ...partitionResponses.map(({ index, errorCode }) => [index, errorCode])]),
    ).toEqual([
      ['two', [0, 0], [1, 3]],
      ['unknown', [0, 3]],
      ['one', [2, 0], [0, 0], [-1, 3]],
    ])
    expect((await fetchOne(client, two)).values).toEqual(['two-0'])
    expect((await fetchOne(client, one, { partition: 2 })).values).toEqual(['one-2'])
    expect((await fetchOne(client, one, { partition: 0 })).values).toEqual(['one-0'])
    expect((await fetchOne(client, one, { partition: 1 })).highWatermark).toBe(0)
  })

  it('from v13 on a topic is named by its id alone', async () => {
    const { client } = await newBrokerAndClient()
    const topic = await createTopic(client)
    const { responses } = await client.call(Produce, 13, produceRequest({ name: '', id: topic.id }, batchOf(['by id'])))
    expect(responses[0]).toMatchObject({ topicId: topic.id, name: '' })
    expect((await fetchOne(client, topic)).values).toEqual(['by id'])
    const unknown = { name: topic.name, id: 'AQIDBAUGBwgJCgsMDQ4PEA' }
    expect(await produce(client, unknown, batchOf(['x']), { version: 13 })).toMatchObject({ error: 'UNKNOWN_TOPIC_ID' })
    expect(await produce(client, unknown, batchOf(['by name']), { version: 12 })).toMatchObject({ error: 'NONE' })
  })
})
