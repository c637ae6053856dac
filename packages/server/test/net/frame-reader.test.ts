import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameReader, FrameSizeError } from '../../src/net/frame-reader.ts'
import { framed } from './raw-client.ts'

const mib = 1024 * 1024
const admitAll = (): boolean => true

function takeAll(reader: FrameReader, admit: (size: number) => boolean = admitAll): Buffer[] {
  const frames: Buffer[] = []
  for (let frame = reader.next(admit); frame !== null; frame = reader.next(admit)) frames.push(frame)
  return frames
}

function split(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let position = 0
  for (let index = 0; position < bytes.length; index++) {
    const end = position + (sizes[index % sizes.length] ?? bytes.length)
    // Chunks of their own memory, as a socket gives them.
    chunks.push(Buffer.from(bytes.subarray(position, end)))
    position = end
  }
  return chunks
}

const bodies = fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 20_000, maxLength: 40_000 })), {
  maxLength: 8,
})
const chunkSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 30_000 })), { minLength: 1, maxLength: 20 })

describe('the frame reader', () => {
  it('gives the same frames however the stream is cut', () => {
    fc.assert(
      fc.property(bodies, chunkSizes, (sent, sizes) => {
        const stream = Buffer.concat(sent.map(framed))
        const reader = new FrameReader(mib)
        const frames: Buffer[] = []
        for (const chunk of split(stream, [...sizes, 8_000])) {
          reader.feed(chunk)
          frames.push(...takeAll(reader))
        }
        expect(Buffer.concat(frames.map(framed)).equals(stream)).toBe(true)
        expect(reader.starved).toBe(true)
        expect(reader.insideFrame).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('gives the same frames however often one is not admitted, and takes nothing of it meanwhile', () => {
    fc.assert(
      fc.property(bodies, chunkSizes, fc.infiniteStream(fc.boolean()), (sent, sizes, admissions) => {
        const stream = Buffer.concat(sent.map(framed))
        const reader = new FrameReader(mib)
        const frames: Buffer[] = []
        const asked: number[] = []
        const admit = (size: number): boolean => {
          expect(reader.insideFrame).toBe(false)
          asked.push(size)
          return admissions.next().value as boolean
        }
        for (const chunk of split(stream, [...sizes, 8_000])) {
          reader.feed(chunk)
          frames.push(...takeAll(reader, admit))
        }
        frames.push(...takeAll(reader))
        expect(Buffer.concat(frames.map(framed)).equals(stream)).toBe(true)
        expect(asked.every((size) => sent.some(({ length }) => length === size))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('gives a frame within one chunk as a view of it', () => {
    const chunk = Buffer.concat([framed('one'), framed('two')])
    const reader = new FrameReader(mib)
    reader.feed(chunk)
    for (const frame of takeAll(reader)) expect(frame.buffer).toBe(chunk.buffer)
  })

  it('refuses a size that is negative or too large, before any of the frame has come', () => {
    for (const size of [-1, -(2 ** 31), 1001, 2 ** 31 - 1]) {
      const reader = new FrameReader(1000)
      const prefix = Buffer.alloc(4)
      prefix.writeInt32BE(size)
      reader.feed(prefix)
      expect(() => reader.next(admitAll), `size ${size}`).toThrow(FrameSizeError)
    }
  })

  it('spends memory in proportion to what came, not to what is announced', () => {
    const announced = 100 * mib
    const received = 64 * 1024
    const prefix = Buffer.alloc(4)
    prefix.writeInt32BE(announced)
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 20 }, () => {
      const reader = new FrameReader(announced)
      reader.feed(prefix)
      reader.feed(Buffer.alloc(received))
      expect(reader.next(admitAll)).toBeNull()
      return reader
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * received * 8 + mib)
    expect(readers.every(({ receivedBytes }) => receivedBytes === received)).toBe(true)
  })
})
