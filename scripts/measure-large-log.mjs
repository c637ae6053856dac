import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { builtCommand, peakMegabytes, show, startMeasured } from './measured.mjs'

const { buildBatch, decodeResponseFrame, encodeRequestFrame, Fetch, FrameSplitter, Produce } = await import(
  new URL('../packages/protocol/dist/index.js', import.meta.url).href
)

const logBytes = 3e9
const topic = 'large'
const answerBytesMax = 64 << 20
const fetchVersion = 12

/** One request after the other on one connection. */
async function connectTo(port) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const splitter = new FrameSplitter({ frameBytesMax: answerBytesMax })
  let answered
  socket.on('data', (chunk) => splitter.push(chunk, (frame) => answered(Buffer.from(frame))))
  const ask = async (apiKey, apiVersion, message) => {
    const frame = new Promise((resolve) => {
      answered = resolve
    })
    for (const part of encodeRequestFrame({ apiKey, apiVersion, correlationId: 1, clientId: 'measure' }, message)) socket.write(part)
    return decodeResponseFrame(apiKey, apiVersion, await frame).body
  }
  return { ask, close: () => socket.destroy() }
}

/** What a log of 3 GB costs while it is written, at the next start, and when all of it is read. */
export async function measureLargeLog() {
  const directory = mkdtempSync(join(tmpdir(), 'logan-measure-'))
  const program = [builtCommand, '--log-dir', directory, '--topic', `${topic}:1`]
  try {
    const writing = await startMeasured(program)
    const end = await fill(writing.port)
    show('3 GB written: greatest resident memory', [peakMegabytes(writing.pid)], 'MB', 200)
    await writing.stop()
    const reading = await startMeasured(program)
    show('3 GB there: start to ready', [reading.readyMs], 'ms')
    show('3 GB read: rate of one connection', [logBytes / 1e6 / (await readAll(reading.port, end))], 'MB/s')
    show('3 GB read: greatest resident memory', [peakMegabytes(reading.pid)], 'MB', 200)
    await reading.stop()
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Resolves with the offset after the last record. */
async function fill(port) {
  const { ask, close } = await connectTo(port)
  const records = buildBatch({ records: Array.from({ length: 1000 }, (_, i) => ({ value: Buffer.alloc(1000, i), timestamp: Date.now() })) })
  let end = 0
  for (let written = 0; written < logBytes; written += records.length) {
    const partitionData = [{ index: 0, records }]
    const answer = await ask(Produce.key, 9, { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] })
    const [told] = answer.responses[0].partitionResponses
    if (told.errorCode !== 0) throw new Error(`produce was answered with error ${told.errorCode}`)
    end = told.baseOffset + 1000
  }
  close()
  return end
}

/** Resolves with the seconds it took. */
async function readAll(port, end) {
  const { ask, close } = await connectTo(port)
  const begun = performance.now()
  for (let fetchOffset = 0; fetchOffset < end; ) {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }]
    const answer = await ask(Fetch.key, fetchVersion, { maxWaitMs: 500, minBytes: 1, maxBytes: 50 << 20, topics: [{ topic, partitions }] })
    const [{ errorCode, records }] = answer.responses[0].partitions
    if (errorCode !== 0 || records.length === 0) throw new Error(`fetch at ${fetchOffset} was answered with error ${errorCode}`)
    fetchOffset = endOf(records)
  }
  close()
  return (performance.now() - begun) / 1000
}

/** The offset after the last whole batch: base offset, length, and the last offset's delta stand at fixed places. */
function endOf(records) {
  let end = 0
  for (
    let at = 0;
    at + 61 <= records.length && at + 12 + records.readInt32BE(at + 8) <= records.length;
    at += 12 + records.readInt32BE(at + 8)
  ) {
    end = Number(records.readBigInt64BE(at)) + records.readInt32BE(at + 23) + 1
  }
  return end
}
