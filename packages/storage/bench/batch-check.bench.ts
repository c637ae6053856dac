// Where to decompress: on the loop (one call) or off it (a job for libuv's pool and a promise), by codec and size of the compressed
// records. Prints, per batch, wall time of both with 1 and with 8 in flight, and how long the loop was kept busy when off it.
// Run: node -C @logan/source packages/storage/bench/batch-check.bench.ts
//
// Node 26.10, 2 shared cores, us per batch (on the loop / off it alone / off it with 8 in flight / loop busy with 8 in flight):
//   raw 1 KiB,  payload 0.3-0.5 KiB: gzip 10/54/24/24,       snappy 5/32/14/14,        lz4 6/41/54/27,          zstd 10/55/25/25
//   raw 16 KiB, payload 3-5 KiB:     gzip 75/103/67/53,      snappy 41/46/22/22,       lz4 64/59/32/31,         zstd 60/99/63/52
//   raw 64 KiB, payload 12-21 KiB:   gzip 132/187/162/113,   snappy 94/139/73/63,      lz4 78/108/58/58,        zstd 196/286/172/132
//   raw 1 MiB,  payload 190-350 KiB: gzip 2329/2442/1724/1423, snappy 1780/2547/1595/1310, lz4 1428/2202/1411/1201, zstd 2113/2103/1650/1420
// Most of the loop's time for large batches is the walk over the records, which stays on it.
import { seededRandom } from '@logan/common'
import { buildBatch, RecordBatchView, validateRecords, validateRecordsAsync } from '@logan/protocol'

const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const

function jsonRecords(bytes: number): { value: Buffer; timestamp: number }[] {
  const random = seededRandom(1)
  const next = () => Math.floor(random.fraction() * 2 ** 24)
  return Array.from({ length: Math.ceil(bytes / 100) }, (_, index) => ({
    value: Buffer.from(
      JSON.stringify({
        id: index,
        user: `user-${next() % 10000}`,
        amount: (next() % 100000) / 100,
        at: 1_700_000_000_000 + (next() % 1000),
        ok: next() % 2 === 0,
      }),
    ),
    timestamp: 1_700_000_000_000 + index,
  }))
}

async function measure(rounds: number, inFlight: number, run: () => unknown): Promise<{ wallUs: number; busyUs: number }> {
  const { idle } = performance.eventLoopUtilization()
  const started = performance.now()
  for (let round = 0; round < rounds; round += inFlight) await Promise.all(Array.from({ length: inFlight }, run))
  const wall = performance.now() - started
  const idleMs = performance.eventLoopUtilization().idle - idle
  return { wallUs: (wall / rounds) * 1000, busyUs: ((wall - idleMs) / rounds) * 1000 }
}

const rows: object[] = []
for (const rawKiB of [0.2, 1, 4, 16, 64, 256, 1024]) {
  for (const [name, codec] of Object.entries(codecs)) {
    const view = new RecordBatchView(buildBatch({ codec, records: jsonRecords(rawKiB * 1024) }))
    const rounds = Math.max(64, Math.min(4096, Math.floor((16 * 1024) / rawKiB / 64) * 64))
    const sync = () => validateRecords(view)
    const off = () => validateRecordsAsync(view)
    for (const warm of [sync, off]) await measure(64, 8, warm)
    const onLoop = await measure(rounds, 1, sync)
    const one = await measure(rounds, 1, off)
    const eight = await measure(rounds, 8, off)
    rows.push({
      rawKiB,
      codec: name,
      payload: view.payload.length,
      'on loop us': Math.round(onLoop.wallUs),
      'off, 1 us': Math.round(one.wallUs),
      'off, 8 us': Math.round(eight.wallUs),
      'off, 8: loop busy us': Math.round(eight.busyUs),
    })
  }
}
console.table(rows)
