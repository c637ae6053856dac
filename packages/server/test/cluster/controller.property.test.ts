import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { splitBatches } from '@logan/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Controller } from '../../src/cluster/controller.ts'
import { emptyImage } from '../../src/cluster/image.ts'
import { contentOf, newTopic, openController, reallyCreate, temporaryDirectory } from './controller-testkit.ts'

type Step =
  | { readonly kind: 'create'; readonly name: string; readonly partitions: number; readonly retentionMs: number }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'grow'; readonly name: string; readonly count: number }
  | { readonly kind: 'allocate' }
  | { readonly kind: 'restart'; readonly clean: boolean }

const name = fc.constantFrom('a', 'b', 'c.d', 'c_d', '..')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('create' as const),
    name,
    partitions: fc.integer({ min: 0, max: 4 }),
    retentionMs: fc.integer({ min: -2, max: 9 }),
  }),
  fc.record({ kind: fc.constant('delete' as const), name }),
  fc.record({ kind: fc.constant('grow' as const), name, count: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ kind: fc.constant('allocate' as const) }),
  fc.record({ kind: fc.constant('restart' as const), clean: fc.boolean() }),
)

/** What ought to be there: by name the leader epochs of the partitions and the config. */
class Model {
  readonly topics = new Map<string, { epochs: number[]; retentionMs: number }>()
  nextProducerId = 0

  create({ name, partitions, retentionMs }: Extract<Step, { kind: 'create' }>): void {
    const collides = [...this.topics.keys()].some((other) => other.replace('.', '_') === name.replace('.', '_'))
    if (name === '..' || collides || partitions === 0 || retentionMs < -1) return
    this.topics.set(name, { epochs: Array.from({ length: partitions }, () => 0), retentionMs })
  }

  grow({ name, count }: Extract<Step, { kind: 'grow' }>): void {
    const topic = this.topics.get(name)
    while (topic !== undefined && topic.epochs.length < count) topic.epochs.push(0)
  }

  raise(): void {
    for (const topic of this.topics.values()) topic.epochs = topic.epochs.map((epoch) => epoch + 1)
  }

  content() {
    const topics = [...this.topics].map(([name, { epochs, retentionMs }]) => ({
      name,
      partitions: epochs,
      configs: { 'retention.ms': String(retentionMs) },
    }))
    return { topics: topics.sort((a, b) => (a.name < b.name ? -1 : 1)), nextProducerId: this.nextProducerId }
  }
}

async function take(controller: Controller, model: Model, step: Exclude<Step, { kind: 'restart' }>): Promise<void> {
  switch (step.kind) {
    case 'create': {
      const configs = [{ name: 'retention.ms', value: String(step.retentionMs) }]
      await controller.createTopics([newTopic(step.name, { numPartitions: step.partitions, configs })], reallyCreate)
      return model.create(step)
    }
    case 'delete':
      await controller.deleteTopics([{ name: step.name, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }])
      model.topics.delete(step.name)
      return undefined
    case 'grow':
      await controller.createPartitions([{ name: step.name, count: step.count, assignments: null }], reallyCreate)
      return model.grow(step)
    case 'allocate':
      await controller.allocateProducerIdBlock()
      model.nextProducerId += 1000
      return undefined
  }
}

function withoutIds({ topics, nextProducerId }: ReturnType<typeof contentOf>) {
  return { topics: topics.map(({ name, partitions, configs }) => ({ name, partitions, configs })), nextProducerId }
}

test('whatever is done, restarted and crashed, the metadata is what a plain map would hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const directory = temporaryDirectory()
      const model = new Model()
      let { controller, published } = await openController(directory, { segmentBytes: 1024 })
      for (const step of steps) {
        if (step.kind !== 'restart') await take(controller, model, step)
        else {
          await controller.close({ durably: step.clean })
          if (!step.clean) model.raise()
          ;({ controller, published } = await openController(directory, { segmentBytes: 1024, uncleanStart: !step.clean }))
        }
        expect(withoutIds(contentOf(controller.image))).toEqual(model.content())
        expect(published.at(-1)).toBe(controller.image)
      }
      await controller.close({ durably: false })
    }),
    { numRuns: 40 },
  )
})

test('a crash at any byte of the log leaves the changes whose batches are whole, and none by half', async () => {
  const directory = temporaryDirectory()
  const { controller, published } = await openController(directory)
  const model = new Model()
  const steps: Exclude<Step, { kind: 'restart' }>[] = [
    { kind: 'create', name: 'a', partitions: 3, retentionMs: 1 },
    { kind: 'allocate' },
    { kind: 'create', name: 'b', partitions: 1, retentionMs: 2 },
    { kind: 'grow', name: 'a', count: 5 },
    { kind: 'delete', name: 'b' },
    { kind: 'create', name: 'b', partitions: 2, retentionMs: 3 },
  ]
  for (const step of steps) await take(controller, model, step)
  const path = '__cluster_metadata-0/00000000000000000000.log'
  const whole = readFileSync(`${directory}/${path}`)
  const ends = splitBatches(whole).map((batch) => ({ position: batch.position + batch.sizeInBytes, lastOffset: batch.lastOffset }))
  expect(ends).toHaveLength(published.length)
  for (let size = 0; size <= whole.length; size += 7) {
    const copy = temporaryDirectory()
    cpSync(directory, copy, { recursive: true })
    writeFileSync(`${copy}/${path}`, whole.subarray(0, size))
    const lastOffset = ends.filter(({ position }) => position <= size).at(-1)?.lastOffset ?? -1
    const expected = published.findLast(({ offset }) => offset <= lastOffset) ?? emptyImage
    const again = await openController(copy, { uncleanStart: true })
    expect(contentOf(again.controller.image, { epochs: false })).toEqual(contentOf(expected, { epochs: false }))
    await again.controller.close({ durably: false })
  }
  await controller.close()
})
