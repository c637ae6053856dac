import { expect, it } from 'vitest'
import { errorByCode, errorCodes } from '../src/error-codes.ts'

const all = Object.entries(errorCodes)

it('has every code from -1 to 133 once', () => {
  expect(all.map(([, code]) => code)).toEqual(Array.from({ length: 135 }, (_, index) => index - 1))
})

it('finds each by its code, with a message of its own', () => {
  for (const [name, code] of all) expect(errorByCode(code)).toMatchObject({ code, name })
  expect(new Set(all.map(([, code]) => errorByCode(code).message)).size).toBe(all.length)
})

it('knows what Kafka clients try again', () => {
  // The subclasses of RetriableException in Apache Kafka 4.3.
  const retriable = all.filter(([, code]) => errorByCode(code).retriable).map(([, code]) => code)
  expect(retriable).toEqual([
    2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 70, 71, 72, 74, 75, 78, 80, 83, 84, 88, 89, 100, 103, 106, 122, 123, 133,
  ])
})

it('describes a code that nobody defined as an unknown error of that number', () => {
  expect(errorByCode(999)).toMatchObject({ code: 999, name: 'UNKNOWN_SERVER_ERROR', retriable: false })
})
