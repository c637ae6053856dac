import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startBroker } from '../../src/index.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'logan-strays-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const start = (topics: string[]) => startBroker({ bind: '127.0.0.1:0', logDir: directory, topics, logLevel: 'silent' })
const entries = () => readdirSync(directory)

it('a directory of another topic id, or of no topic, is set aside at the start, and its name is free again', async () => {
  await (await start(['known:1'])).close()
  // As after a crash between the deletion of a topic and that of its logs; the same name then came again.
  cpSync(join(directory, 'known-0'), join(directory, 'gone-0'), { recursive: true })
  cpSync(join(directory, 'known-0'), join(directory, 'known-1'), { recursive: true })
  await (await start(['gone:1'])).close()
  const strays = entries().filter((name) => name.endsWith('-stray'))
  expect(strays.map((name) => name.split('.')[0]).sort()).toEqual(['gone-0', 'known-1'])
  expect(existsSync(join(directory, 'known-0'))).toBe(true)
  expect(existsSync(join(directory, 'gone-0'))).toBe(true)
  await (await start([])).close()
  expect(entries().filter((name) => name.endsWith('-stray'))).toEqual(strays)
})
