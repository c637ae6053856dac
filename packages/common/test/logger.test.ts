import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createLogger } from '../src/logger.ts'

function output(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream
  return { stream, text: () => String((stream as unknown as PassThrough).read() ?? '') }
}

test('elsewhere than on a terminal a line is one JSON object, and what is below the level is left out', () => {
  const { stream, text } = output(false)
  const logger = createLogger('info', stream)
  logger.debug('not said')
  logger.info({ port: 9092 }, 'ready')
  const lines = text().trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toEqual({ level: 30, time: expect.any(Number), port: 9092, msg: 'ready' })
})

test('on a terminal it is readable', () => {
  const { stream, text } = output(true)
  createLogger('info', stream).info('ready')
  const said = text()
  expect(said).toMatch(/INFO.*ready/)
  expect(() => JSON.parse(said)).toThrow()
})
