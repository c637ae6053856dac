import fs from 'node:fs'
import { ManualClock } from '@logan/common'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Log, LogConfig } from '../src/index.ts'
import { append, openLog, readAll, startMs, temporaryDirectory } from './log-testkit.ts'
import { WatchedDisk } from './watched-disk.ts'

interface ModelRecord {
  readonly offset: number
  readonly value: string
  readonly timestampMs: number
  /** Where its batch begins, and how many bytes the whole log had when it was in. */
  readonly batch: number
}

/**
 * What a log must be, in a few lines. Invariants checked after every step: start and end; everything readable, in order, each once, by
 * reads of any size and from any offset; look-ups by time as by walking over all records; the size of what is kept.
 */
class Model {
  records: ModelRecord[] = []
  start = 0
  end = 0

  append(values: readonly string[], timestampMs: number): void {
    const batch = this.end
    this.records.push(...values.map((value, index) => ({ offset: batch + index, value, timestampMs: timestampMs + index, batch })))
    this.end += values.length
  }

  visible(): ModelRecord[] {
    return this.records.filter(({ offset }) => offset >= this.start)
  }

  firstAtOrAfter(timestampMs: number, limitOffset: number): number | undefined {
    return this.visible().find((record) => record.timestampMs >= timestampMs && this.#batchEnd(record) <= limitOffset)?.offset
  }

  ofMaxTimestamp(limitOffset: number): number | undefined {
    const candidates = this.records.filter((record) => this.#batchEnd(record) <= limitOffset)
    return candidates.reduce<ModelRecord | undefined>(
      (best, record) => (record.timestampMs > (best?.timestampMs ?? -1) ? record : best),
      undefined,
    )?.offset
  }

  #batchEnd({ batch }: ModelRecord): number {
    return this.records.findLast((record) => record.batch === batch)!.offset + 1
  }
}

type Step =
  | { readonly kind: 'append'; readonly sizes: readonly number[]; readonly timeMs: number }
  | { readonly kind: 'read'; readonly from: number; readonly maxBytes: number; readonly limit: number }
  | { readonly kind: 'lookUp'; readonly timeMs: number; readonly limit: number }
  | {
      readonly kind: 'reopen'
      readonly how: 'clean' | 'killed' | 'killed, indexes gone' | 'killed, indexes cut' | 'clean, indexes gone' | 'clean, indexes of zeros'
    }
  | { readonly kind: 'tornTail'; readonly cut: number }
  | { readonly kind: 'deleteRecords'; readonly upTo: number }
  | { readonly kind: 'retainBytes'; readonly bytes: number }

const fraction = fc.double({ min: 0, max: 1, noNaN: true })
const timeMs = fc.integer({ min: 0, max: 1000 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      sizes: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 4 }),
      timeMs,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      from: fraction,
      maxBytes: fc.integer({ min: 1, max: 1500 }),
      limit: fraction,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('lookUp' as const), timeMs, limit: fraction }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reopen' as const),
      how: fc.constantFrom(
        'clean',
        'killed',
        'killed, indexes gone',
        'killed, indexes cut',
        'clean, indexes gone',
        'clean, indexes of zeros',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('tornTail' as const), cut: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteRecords' as const), upTo: fraction }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retainBytes' as const), bytes: fc.integer({ min: 0, max: 3000 }) }) },
)

const configs: Partial<LogConfig>[] = [
  { segmentBytes: 700, indexIntervalBytes: 150, retentionMs: -1 },
  { segmentBytes: 5000, indexIntervalBytes: 1, retentionMs: -1 },
  { segmentBytes: 100_000, indexIntervalBytes: 400, segmentIndexBytes: 40, retentionMs: -1 },
  { segmentBytes: 2000, segmentMs: 300, retentionMs: -1 },
]

class Run {
  readonly model = new Model()
  readonly clock = new ManualClock(startMs)
  readonly directory = `${temporaryDirectory()}/t-0`
  readonly config: Partial<LogConfig>
  readonly disk = new WatchedDisk()
  log!: Log

  constructor(config: Partial<LogConfig>) {
    this.config = config
    this.disk.skipsSyncs = true
  }

  async open(clean: boolean): Promise<void> {
    const recovery = { clean, logStartOffset: this.model.start }
    this.log = await openLog({ directory: this.directory, disk: this.disk, clock: this.clock, config: this.config, recovery })
  }

  async take(each: Step): Promise<void> {
    const { model, log } = this
    switch (each.kind) {
      case 'append': {
        const values = each.sizes.map((size, index) => `${model.end + index}`.padEnd(size, '.'))
        append(log, { values, timestampMs: startMs + each.timeMs })
        model.append(values, startMs + each.timeMs)
        return
      }
      case 'read': {
        const limit = Math.round(each.limit * model.end)
        const from = model.start + Math.floor(each.from * (model.end - model.start))
        const wanted = model.records.filter(({ offset, batch }) => offset >= from && batchEnd(model, batch) <= limit)
        expect(await readAll(log, from, each.maxBytes, limit)).toEqual(lines(wanted))
        return
      }
      case 'lookUp': {
        const limit = Math.round(each.limit * model.end)
        const at = startMs + each.timeMs
        expect((await log.offsetForTimestamp(at, limit))?.offset).toBe(model.firstAtOrAfter(at, limit))
        // As in Kafka, records below the start still count here while their segment is there.
        if (model.start === 0) expect((await log.offsetOfMaxTimestamp(limit))?.offset).toBe(model.ofMaxTimestamp(limit))
        return
      }
      case 'reopen':
        await log.close({ durably: each.how.startsWith('clean') })
        spoilIndexes(this.directory, each.how)
        return this.open(each.how.startsWith('clean'))
      case 'tornTail':
        return this.#tearTail(each.cut)
      case 'deleteRecords':
        model.start = Math.max(model.start, Math.round(each.upTo * model.end))
        return log.setLogStartOffset(model.start)
      case 'retainBytes': {
        log.config = { ...log.config, retentionBytes: each.bytes }
        const before = log.sizeInBytes
        log.applyRetention()
        expect(log.sizeInBytes).toBeGreaterThanOrEqual(Math.min(before, each.bytes))
        model.start = Math.max(model.start, log.logStartOffset)
      }
    }
  }

  /** Kill -9 with a tail that did not reach the disk: whole batches before the cut stay. */
  async #tearTail(cut: number): Promise<void> {
    const { model, log } = this
    await log.close({ durably: false })
    const last = fs.readdirSync(this.directory).findLast((name) => name.endsWith('.log'))!
    const path = `${this.directory}/${last}`
    fs.truncateSync(path, Math.max(0, fs.statSync(path).size - cut))
    await this.open(false)
    const { logEndOffset } = this.log
    const kept = model.records.filter(({ offset }) => offset < logEndOffset)
    // Only whole batches may be missing, and no more of them than were cut into.
    expect(model.records.some(({ offset, batch }) => offset >= logEndOffset && batch < logEndOffset)).toBe(false)
    model.records = kept
    model.end = logEndOffset
  }

  async check(): Promise<void> {
    const { model, log } = this
    expect([log.logStartOffset, log.logEndOffset]).toEqual([model.start, model.end])
    expect(await readAll(log, model.start, 600)).toEqual(lines(model.visible()))
  }
}

function batchEnd(model: Model, batch: number): number {
  return model.records.findLast((record) => record.batch === batch)!.offset + 1
}

function lines(records: readonly ModelRecord[]): string[] {
  return records.map(({ offset, value }) => `${offset}: ${value}`)
}

function spoilIndexes(directory: string, how: string): void {
  for (const name of fs.readdirSync(directory).filter((each) => each.endsWith('index'))) {
    const path = `${directory}/${name}`
    if (how.endsWith('gone')) fs.rmSync(path)
    if (how.endsWith('cut')) fs.truncateSync(path, fs.statSync(path).size >>> 1)
    if (how.endsWith('zeros')) fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size))
  }
}

test('random histories end as the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...configs), fc.array(step, { minLength: 5, maxLength: 40 }), async (config, steps) => {
      const run = new Run(config)
      await run.open(false)
      for (const each of steps) {
        await run.take(each)
        await run.check()
      }
      await run.log.close()
      await run.open(true)
      await run.check()
      await run.log.close({ durably: false })
    }),
    { numRuns: 150 },
  )
})
