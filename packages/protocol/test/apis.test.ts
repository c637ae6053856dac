import { readdirSync } from 'node:fs'
import { type ApiKey, apiByKey, apis, decodeRequest, encodeRequest, Produce, type RequestOf } from '@logan/protocol'
import { describe, expect, expectTypeOf, it } from 'vitest'

describe('the table of APIs', () => {
  it('has every declaration under its own name and key', () => {
    for (const [name, api] of Object.entries(apis)) {
      expect(api.name).toBe(name)
      expect(apiByKey(api.key)).toBe(api)
    }
    expect(new Set(Object.values(apis).map(({ key }) => key)).size).toBe(Object.keys(apis).length)
  })

  it('has one file per API, named by number and name', () => {
    const files = readdirSync(new URL('../src/apis/', import.meta.url)).filter((file) => /^\d/.test(file))
    const expected = Object.values(apis).map(({ key, name }) => `${String(key).padStart(2, '0')}-${kebab(name)}.ts`)
    expect(files.sort()).toEqual(expected.sort())
  })

  it('knows no API for numbers that are none', () => {
    expect([4, 999, -1, 0.5, Number.NaN].map((key) => apiByKey(key))).toEqual([undefined, undefined, undefined, undefined, undefined])
  })

  it('has ranges that make sense', () => {
    for (const { name, versions, stableVersions, flexibleFrom } of Object.values(apis)) {
      expect(versions[0], name).toBeLessThanOrEqual(versions[1])
      expect(stableVersions === null || (stableVersions[0] >= versions[0] && stableVersions[1] <= versions[1]), name).toBe(true)
      expect(flexibleFrom === null || flexibleFrom <= versions[1], name).toBe(true)
    }
  })

  it('says which versions no release serves', () => {
    expect(apis.InitProducerId).toMatchObject({ versions: [0, 6], stableVersions: [0, 5] })
    expect(apis.ShareFetch).toMatchObject({ versions: [0, 2], stableVersions: [1, 2] })
    expect(apis.UnregisterController.stableVersions).toBeNull()
  })
})

describe('types', () => {
  it('of messages follow from the declarations and the key', () => {
    const request = decodeRequest(Produce.key, 3, encodeRequest(Produce.key, 3, { acks: 1 }) as Uint8Array)
    expectTypeOf(request).toEqualTypeOf<RequestOf<typeof Produce>>()
    expectTypeOf(request.acks).toEqualTypeOf<number>()
    expectTypeOf(request.transactionalId).toEqualTypeOf<string | null>()
    type Partition = (typeof request)['topicData'][number]['partitionData'][number]
    expectTypeOf<Partition['records']>().toExtend<Uint8Array | null>()
    expectTypeOf<RequestOf<typeof apis.ListTransactions>['durationFilter']>().toEqualTypeOf<bigint>()
    expectTypeOf<18>().toExtend<ApiKey>()
  })

  it('refuse what no version knows', () => {
    // @ts-expect-error: a field of no version
    encodeRequest(Produce.key, 3, { akcs: 1 })
    // @ts-expect-error: a number where text belongs
    expect(() => encodeRequest(Produce.key, 3, { transactionalId: 1 })).toThrow()
  })
})

function kebab(name: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}
