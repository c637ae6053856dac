import { once } from 'node:events'
import { createConnection } from 'node:net'
import { encodeRequestFrame, Fetch } from '@logan/protocol'
import { expect, it } from 'vitest'
import { batchOf, createTopic, fetchAll, fetchRequest, newBrokerAndClient, produce } from './broker-testkit.ts'

const megabyte = 2 ** 20

it('answers that nobody reads are bounded over all connections, and every reader still gets on', async () => {
  // More than the system's own socket buffers take (36 MiB as Linux comes), less than fetch.max.bytes.
  const limit = 50 * megabyte
  const { broker, client } = await newBrokerAndClient({ set: { 'queued.max.response.bytes': String(limit) } })
  const topic = await createTopic(client)
  const batch = batchOf(['x'.repeat(megabyte / 2)])
  for (let sent = 0; sent < limit + 4 * megabyte; sent += batch.length) await produce(client, topic, batch)

  const all = { maxBytes: 2 * limit, version: 17 }
  const wanted = [{ topic, partitionMaxBytes: 2 * limit }]
  const batches = async (): Promise<number> => (await fetchAll(client, wanted, all))[0]!.values.length
  expect(await batches()).toBeGreaterThan(90)

  const slow = createConnection({ port: broker.port, host: '127.0.0.1' })
  await once(slow, 'connect')
  const header = { apiKey: Fetch.key, apiVersion: 17, correlationId: 1, clientId: 'slow' }
  slow.write(Buffer.concat(encodeRequestFrame(header, fetchRequest(wanted, all) as object)))
  // Something has come, so the answer is made; of the rest this client takes no byte.
  await once(slow, 'readable')
  expect(await batches()).toBe(1)
  expect(await batches()).toBe(1)

  slow.destroy()
  await expect.poll(batches, { timeout: 10_000 }).toBeGreaterThan(90)
})
