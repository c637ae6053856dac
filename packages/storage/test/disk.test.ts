import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNodeDisk, DirectoryLockedError, DiskError, nodeDisk, readWholeFile, writeFileAtomically } from '../src/index.ts'
import { temporaryDirectory } from './log-testkit.ts'

describe('files', () => {
  test('writes several buffers at a position and reads them back, at once and off the loop', async () => {
    const file = nodeDisk.open(`${temporaryDirectory()}/f`, 'create')
    file.write(3, [Buffer.from('abc'), Buffer.alloc(0), Buffer.from('defg')])
    const target = Buffer.alloc(10, '.')
    expect(file.readNow(target, 4)).toBe(6)
    expect(target.toString()).toBe('bcdefg....')
    expect(await file.read(target, 5)).toBe(5)
    expect(target.subarray(0, 5).toString()).toBe('cdefg')
    expect(file.size()).toBe(10)
    file.truncate(4)
    await file.sync()
    expect(file.size()).toBe(4)
    file.close()
  })

  test('errors say what failed and why', () => {
    const path = `${temporaryDirectory()}/f`
    nodeDisk.open(path, 'create').close()
    expect(() => nodeDisk.open(path, 'create')).toThrow(
      expect.objectContaining({ name: 'DiskError', code: 'EEXIST', operation: 'open', path }),
    )
    expect(() => nodeDisk.open(`${path}-not`, 'existing').size()).toThrow(DiskError)
  })

  test('a small file is replaced whole', async () => {
    const path = `${temporaryDirectory()}/f`
    await writeFileAtomically(nodeDisk, path, 'a long first content')
    await writeFileAtomically(nodeDisk, path, 'second')
    expect(readWholeFile(nodeDisk, path)?.toString()).toBe('second')
    expect(fs.existsSync(`${path}.tmp`)).toBe(false)
    expect(readWholeFile(nodeDisk, `${path}-not`)).toBeUndefined()
  })
})

describe('descriptors', () => {
  beforeEach(({ skip }) => {
    if (process.platform !== 'linux') skip('counts open files through /proc')
  })

  /** How many of this process are open below a directory. */
  function openBelow(directory: string): number {
    return fs.readdirSync('/proc/self/fd').filter((descriptor) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(directory)
      } catch {
        return false
      }
    }).length
  }

  test('stay below the limit, but for files that are not synced or are being read', async () => {
    const directory = temporaryDirectory()
    const disk = createNodeDisk({ descriptorLimit: 5 })
    const files = Array.from({ length: 20 }, (_, index) => disk.open(`${directory}/${index}`, 'create'))
    expect(openBelow(directory)).toBe(5)
    for (const file of files) file.write(0, [Buffer.from(file.path)])
    expect(openBelow(directory)).toBe(20)
    for (const file of files) await file.sync()
    const more = Array.from({ length: 16 }, (_, index) => disk.open(`${directory}/more-${index}`, 'create'))
    expect(openBelow(directory)).toBeLessThanOrEqual(20)
    const reads = files.map(async (file) => {
      const bytes = Buffer.alloc(file.path.length)
      await file.read(bytes, 0)
      expect(bytes.toString()).toBe(file.path)
    })
    await Promise.all(reads)
    for (const file of [...files, ...more]) file.close()
    expect(openBelow(directory)).toBe(0)
  })

  test('a file that was closed for room is found under its new name', () => {
    const directory = temporaryDirectory()
    const disk = createNodeDisk({ descriptorLimit: 1 })
    const file = disk.open(`${directory}/a`, 'create')
    disk.open(`${directory}/b`, 'create').close()
    disk.rename(`${directory}/a`, `${directory}/c`)
    file.moved(`${directory}/c`)
    expect(file.size()).toBe(0)
    file.close()
  })

  test('who reads on after the owner closed leaves nothing open', async () => {
    const directory = temporaryDirectory()
    const file = nodeDisk.open(`${directory}/a`, 'create')
    file.write(0, [Buffer.from('abc')])
    file.close()
    expect(await file.read(Buffer.alloc(3), 0)).toBe(3)
    expect(openBelow(directory)).toBe(0)
  })
})

test.each(['a file', 'a file/below', '/proc/below'])('a directory that cannot be made (%s) is a DiskError, not an endless try', (name) => {
  const directory = temporaryDirectory()
  fs.writeFileSync(`${directory}/a file`, '')
  expect(() => nodeDisk.makeDirectory(name.startsWith('/') ? name : `${directory}/${name}`)).toThrow(DiskError)
})

test('a directory is made with its parents, and one that is there is fine', () => {
  const directory = `${temporaryDirectory()}/a/b`
  nodeDisk.makeDirectory(directory)
  nodeDisk.makeDirectory(directory)
  expect(fs.statSync(directory).isDirectory()).toBe(true)
})

test('under a low limit of the process the disk leaves half of the descriptors to others', ({ skip }) => {
  if (process.platform !== 'linux') skip('the limit can be read on Linux only')
  const source = new URL('../src/index.ts', import.meta.url).href
  const program = `
    const { nodeDisk } = await import(${JSON.stringify(source)})
    const { readdirSync } = await import('node:fs')
    for (const name of readdirSync(process.argv[1])) {
      if (nodeDisk.open(process.argv[1] + '/' + name, 'existing').readNow(Buffer.alloc(1), 0) !== 1) throw new Error(name)
    }
    console.log(readdirSync('/proc/self/fd').length)`
  const directory = temporaryDirectory()
  for (let index = 0; index < 300; index++) fs.writeFileSync(`${directory}/${index}`, 'x')
  const command = `ulimit -n 200; exec ${JSON.stringify(process.execPath)} -C @logan/source --input-type=module -e "$PROGRAM" "$DIRECTORY"`
  const open = execFileSync('bash', ['-c', command], { env: { ...process.env, PROGRAM: program, DIRECTORY: directory } })
  expect(Number(open)).toBeLessThan(160)
})

describe('the lock of a directory', () => {
  const portable = process.env.LOGAN_PORTABLE
  afterEach(() => {
    if (portable === undefined) delete process.env.LOGAN_PORTABLE
    else process.env.LOGAN_PORTABLE = portable
  })

  test.each([[''], ['1']])('is held once, and free after its release (LOGAN_PORTABLE=%j)', async (value) => {
    process.env.LOGAN_PORTABLE = value
    const directory = temporaryDirectory()
    const lock = await nodeDisk.lock(directory)
    await expect(nodeDisk.lock(directory)).rejects.toBeInstanceOf(DirectoryLockedError)
    // Another name for the same directory is no way around it.
    fs.symlinkSync(directory, `${directory}-link`)
    await expect(nodeDisk.lock(`${directory}-link`)).rejects.toBeInstanceOf(DirectoryLockedError)
    fs.rmSync(`${directory}-link`)
    await lock.release()
    await lock.release()
    await (await nodeDisk.lock(directory)).release()
  })

  test('is one lock for processes that can call flock and for those that cannot', async ({ skip }) => {
    if (process.platform !== 'linux') skip('only Linux has a way that works beside flock')
    for (const [first, second] of [
      ['', '1'],
      ['1', ''],
    ] as const) {
      const directory = temporaryDirectory()
      process.env.LOGAN_PORTABLE = first
      const lock = await nodeDisk.lock(directory)
      process.env.LOGAN_PORTABLE = second
      await expect(nodeDisk.lock(directory)).rejects.toBeInstanceOf(DirectoryLockedError)
      await lock.release()
      await (await nodeDisk.lock(directory)).release()
    }
  })

  test.each([[''], ['1']])('goes with its process, however that ends (LOGAN_PORTABLE=%j)', async (value) => {
    process.env.LOGAN_PORTABLE = value
    const directory = temporaryDirectory()
    const source = new URL('../src/index.ts', import.meta.url).href
    const program = `const { nodeDisk } = await import(${JSON.stringify(source)}); await nodeDisk.lock(process.argv[1]); process.kill(process.pid, 'SIGKILL')`
    expect(() =>
      execFileSync(process.execPath, ['-C', '@logan/source', '--input-type=module', '-e', program, directory], { stdio: 'pipe' }),
    ).toThrow(/SIGKILL|failed/)
    await (await nodeDisk.lock(directory)).release()
  })
})
