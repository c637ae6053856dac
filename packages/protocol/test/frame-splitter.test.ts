import { FrameSplitter, ProtocolError } from '@logan/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

function framed(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(frames.flatMap((frame) => [Buffer.from(Uint32Array.of(frame.length).buffer).swap32(), frame]))
}

/** The frames that come out when the bytes are pushed in these pieces, and the error that ended it, if any. */
function split(pieces: readonly Uint8Array[], frameBytesMax = 1_000): { frames: string[]; error: string | null } {
  const splitter = new FrameSplitter({ frameBytesMax })
  const frames: string[] = []
  try {
    for (const piece of pieces) splitter.push(piece, (frame) => frames.push(Buffer.from(frame).toString('hex')))
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { frames, error: error.reason }
  }
  return { frames, error: null }
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...at.map((place) => place % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return places.slice(1).map((place, i) => bytes.subarray(places[i], place))
}

describe('FrameSplitter', () => {
  it('finds the same frames whether the bytes come whole, cut anywhere or one by one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
        fc.array(fc.nat(200)),
        fc.constantFrom('', 'ffffffff', '00100000'),
        (frames, cuts, end) => {
          const bytes = Buffer.concat([framed(frames), Buffer.from(end, 'hex')])
          const whole = split([bytes])
          expect(whole.frames).toEqual(frames.map((frame) => Buffer.from(frame).toString('hex')))
          expect(whole.error === null).toBe(end === '')
          expect(split(cut(bytes, cuts))).toEqual(whole)
          expect(split(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(whole)
        },
      ),
    )
  })

  it('gives views of frames that lie within one chunk', () => {
    const bytes = framed([Buffer.from('whole')])
    new FrameSplitter({ frameBytesMax: 10 }).push(bytes, (frame) => {
      expect(frame.buffer).toBe(bytes.buffer)
    })
    expect.assertions(1)
  })

  it('keeps what it was given of a frame, not the chunk, which may be reused at once', () => {
    const splitter = new FrameSplitter({ frameBytesMax: 10 })
    const bytes = framed([Buffer.from('split')])
    const chunk = Buffer.from(bytes.subarray(0, 6))
    const frames: string[] = []
    splitter.push(chunk, () => frames.push('too early'))
    chunk.fill(0)
    expect(splitter.pendingBytes).toBe(6)
    splitter.push(bytes.subarray(6), (frame) => frames.push(Buffer.from(frame).toString()))
    expect(frames).toEqual(['split'])
    expect(splitter.pendingBytes).toBe(0)
  })

  it('allows a frame of exactly the limit and refuses a longer or negative one at its length', () => {
    const head = (size: number) => [Buffer.from(Int32Array.of(size).buffer).swap32()]
    expect(split([framed([Buffer.alloc(1_000)])]).frames).toHaveLength(1)
    expect(split(head(1_001)).error).toBe('frame of 1001 bytes, 1000 are allowed')
    expect(split(head(-1)).error).toBe('frame of negative size -1')
  })

  it('takes memory for what has come, not for what is announced', () => {
    const before = process.memoryUsage().arrayBuffers
    const splitters = Array.from({ length: 50 }, () => new FrameSplitter({ frameBytesMax: 2 ** 31 - 1 }))
    for (const splitter of splitters) splitter.push(Buffer.from('7fffffff00', 'hex'), () => expect.unreachable())
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
  })
})
