import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'

/** kafkajs that says nothing and tries once: what it is told is what the broker said. */
export const kafkaAt = (bootstrap: string): Kafka =>
  new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING, connectionTimeout: 2000, requestTimeout: 10_000, retry: { retries: 0 } })

export async function withAdmin<T>(bootstrap: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaAt(bootstrap).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

export async function withProducer<T>(bootstrap: string, work: (producer: Producer) => Promise<T>): Promise<T> {
  const producer = kafkaAt(bootstrap).producer({ retry: { retries: 0 } })
  await producer.connect()
  try {
    return await work(producer)
  } finally {
    await producer.disconnect()
  }
}
