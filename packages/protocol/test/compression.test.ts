import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CodecId, codecName, codecs, compress, compressAsync, decompress, decompressAsync } from '../src/compression/index.ts'
import { lz4Compress } from '../src/compression/lz4.ts'
import { writeFrameHeader } from '../src/compression/lz4-frame.ts'
import { xxhash32 } from '../src/compression/xxhash32.ts'
import { ProtocolError } from '../src/protocol-error.ts'

const real = [codecs.gzip, codecs.snappy, codecs.lz4, codecs.zstd]

/** Random, or repetitive over several blocks of any codec. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.integer({ min: 0, max: 200_000 }))
    .map(([unit, size]) => Buffer.alloc(size, unit)),
)

/** Runs `work` and returns what it threw, which must be a ProtocolError, or null. */
function faultOf(work: () => unknown): ProtocolError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof ProtocolError) return error
    throw error
  }
}

describe.each(real.map((codec) => [codecName(codec)!, codec] as const))('%s', (name, codec) => {
  it('gives back what was compressed, at once and off the loop', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (plain) => {
        const packed = compress(codec, plain)
        expect(await compressAsync(codec, plain)).toEqual(packed)
        expect(decompress(codec, packed, { strict: true })).toEqual(plain)
        expect(await decompressAsync(codec, packed, { strict: true })).toEqual(plain)
      }),
      { numRuns: 15 },
    )
  })

  it('takes exactly the allowed size and not one byte more', async () => {
    for (const size of [1, 1000, 64 * 1024, 200_000]) {
      const packed = compress(codec, Buffer.alloc(size, 'some text, '))
      expect(decompress(codec, packed, { maxSize: size })).toHaveLength(size)
      const tooMuch = `${name}: decompresses to more than ${size - 1} bytes`
      if (size === 1) continue
      expect(() => decompress(codec, packed, { maxSize: size - 1 })).toThrow(tooMuch)
      await expect(decompressAsync(codec, packed, { maxSize: size - 1 })).rejects.toThrow(tooMuch)
    }
  })

  it('refuses bytes cut off anywhere', async () => {
    for (const packed of [compress(codec, Buffer.from('a short text')), compress(codec, Buffer.alloc(700, 'abcdefgh'))]) {
      for (let end = 0; end < packed.length; end++) {
        // Snappy in xerial's framing does not say how many blocks follow its header.
        const isWholeFrame = codec === codecs.snappy && end === 16
        expect(faultOf(() => decompress(codec, packed.subarray(0, end))) !== null || isWholeFrame).toBe(true)
      }
      await expect(decompressAsync(codec, packed.subarray(0, -1))).rejects.toThrow(ProtocolError)
    }
  })

  it('refuses bytes left over', () => {
    const packed = compress(codec, Buffer.alloc(700, 'abcdefgh'))
    expect(() => decompress(codec, Buffer.concat([packed, Buffer.from('left over')]))).toThrow(ProtocolError)
    expect(() => decompress(codec, Buffer.concat([packed, Buffer.alloc(9)]))).toThrow(ProtocolError)
  })

  it('ends in a ProtocolError, or in at most the allowed size, whatever is changed', () => {
    const packed = compress(codec, Buffer.alloc(70_000, 'the quick brown fox '))
    const change = fc.tuple(fc.nat(packed.length - 1), fc.integer({ min: 0, max: 255 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(packed)
        for (const [at, value] of changes) bytes[at] = value
        faultOf(() => expect(decompress(codec, bytes, { maxSize: 100_000 }).length).toBeLessThanOrEqual(100_000))
      }),
      { numRuns: 300 },
    )
  })

  it('ends in a ProtocolError for garbage behind a true beginning', async () => {
    const start = compress(codec, Buffer.from('x'))
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.uint8Array({ maxLength: 60 }), async (kept, garbage) => {
        const bytes = Buffer.concat([start.subarray(0, kept), garbage])
        const fault = faultOf(() => decompress(codec, bytes, { maxSize: 1000 }))
        const late = await decompressAsync(codec, bytes, { maxSize: 1000 }).then(
          () => null,
          (error: unknown) => error,
        )
        expect(late === null).toBe(fault === null)
        if (late !== null) expect(late).toBeInstanceOf(ProtocolError)
      }),
      { numRuns: 200 },
    )
  })

  it('takes the level where the codec has one', () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => (Math.imul(index + 1, 0x9e3779b1) >>> 7) % 10_000)
    const plain = Buffer.from(numbers.join(' '))
    const packed = [1, 9].map((level) => compress(codec, plain, level).length)
    if (codec === codecs.gzip || codec === codecs.zstd) expect(packed[1]).not.toBe(packed[0])
    else expect(packed[1]).toBe(packed[0])
  })
})

describe('every codec id', () => {
  it('has a name, or is refused', async () => {
    expect(Object.values(codecs).map((id) => codecName(id))).toEqual(Object.keys(codecs))
    for (const id of [5, 6, 7, -1]) {
      expect(codecName(id)).toBeNull()
      expect(() => decompress(id, Buffer.from('x'))).toThrow(ProtocolError)
      await expect(decompressAsync(id, Buffer.from('x'))).rejects.toThrow(ProtocolError)
    }
  })

  it('works on bytes within a larger array', () => {
    const whole = new Uint8Array(1000).fill(7)
    for (const id of Object.values(codecs)) {
      const packed: Uint8Array = compress(id as CodecId, whole.subarray(100, 300))
      const moved = new Uint8Array(packed.length + 20)
      moved.set(packed, 10)
      expect(decompress(id, moved.subarray(10, 10 + packed.length))).toEqual(Buffer.alloc(200, 7))
    }
  })
})

describe('forged lengths', () => {
  it('snappy: a block that claims 4 GiB, or more than its bytes could make, is refused before it is opened', () => {
    const huge = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00])
    expect(() => decompress(codecs.snappy, huge)).toThrow('block of 6 bytes claims to hold 4294967295')
    const xerial = Buffer.concat([compress(codecs.snappy, Buffer.alloc(0)).subarray(0, 16), Buffer.from([0, 0, 0, 6]), huge])
    expect(() => decompress(codecs.snappy, xerial)).toThrow('block of 6 bytes claims to hold 4294967295')
    xerial.writeInt32BE(-1, 16)
    expect(() => decompress(codecs.snappy, xerial)).toThrow('block of -1 bytes')
  })

  it('lz4: blocks, content sizes and frames are held against what is there', () => {
    const frame = compress(codecs.lz4, Buffer.alloc(100, 'ab'))
    const longBlock = Buffer.from(frame)
    longBlock.writeUInt32LE(0x7fff_ffff, 7)
    expect(() => decompress(codecs.lz4, longBlock)).toThrow('block of 2147483647 bytes, 65536 at most')
    const stored = Buffer.from(frame)
    stored.writeUInt32LE(0x8000_ffff, 7)
    expect(() => decompress(codecs.lz4, stored)).toThrow('needs 65535 bytes')
    const sized = Buffer.concat([frame.subarray(0, 6), Buffer.alloc(9), frame.subarray(7)])
    sized[4] = 0x68
    sized.writeBigUInt64LE(2n ** 60n, 6)
    sized[14] = (xxhash32(sized.subarray(4, 14)) >>> 8) & 0xff
    expect(() => decompress(codecs.lz4, sized)).toThrow('claims to hold 1152921504606846976')
    sized.writeBigUInt64LE(100n, 6)
    sized[14] = (xxhash32(sized.subarray(4, 14)) >>> 8) & 0xff
    expect(decompress(codecs.lz4, sized)).toEqual(Buffer.alloc(100, 'ab'))
  })

  it('lz4: thousands of frames of the largest block size cost what they hold, not what they could', () => {
    const header = writeFrameHeader(false)
    header[5] = 0x70
    header[6] = (xxhash32(header.subarray(4, 6)) >>> 8) & 0xff
    const small = compress(codecs.lz4, Buffer.from('x')).subarray(7)
    const frames = Buffer.concat(Array.from({ length: 20_000 }, () => [header, small]).flat())
    const before = performance.now()
    expect(decompress(codecs.lz4, frames)).toEqual(Buffer.alloc(20_000, 'x'))
    // The native frame reader would clear 4 MiB for each: more than a second.
    expect(performance.now() - before).toBeLessThan(1000)
  })
})

describe('lz4 frames', () => {
  it('have the header that Kafka writes, and for magic 0 the checksum it used to write', () => {
    expect(compress(codecs.lz4, Buffer.from('x')).subarray(0, 7).toString('hex')).toBe('04224d18604082')
    const broken = lz4Compress(Buffer.from('x'), true)
    expect(broken[6]).toBe((xxhash32(broken.subarray(0, 6)) >>> 8) & 0xff)
    expect(() => decompress(codecs.lz4, broken)).toThrow('wrong frame header checksum')
    expect(decompress(codecs.lz4, broken, { ignoreLz4HeaderChecksum: true }).toString()).toBe('x')
  })

  it('store what does not shrink', () => {
    const noise = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (Math.imul(index, 0x9e3779b1) >>> 13) ^ (index >> 3)))
    const packed = compress(codecs.lz4, noise)
    expect(packed.length).toBeLessThanOrEqual(7 + 2 * 4 + noise.length + 4)
    expect(decompress(codecs.lz4, packed)).toEqual(noise)
  })
})

describe('xxhash32', () => {
  it('gives the published values', () => {
    expect(xxhash32(Buffer.alloc(0))).toBe(0x02cc5d05)
    expect(xxhash32(Buffer.from('a'))).toBe(0x550d7456)
    expect(xxhash32(Buffer.from('abc'))).toBe(0x32d153ff)
    expect(xxhash32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f)
  })
})
