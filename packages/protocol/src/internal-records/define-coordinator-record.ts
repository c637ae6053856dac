import type { Shape } from '../schema/field.ts'
import { MessageSchema, type VersionRange } from '../schema/message.ts'

/** A kind of record in a coordinator's topic. The key's version is its type: it has one form for ever; the value's version may grow. */
export interface CoordinatorRecord<T extends number = number, N extends string = string, K extends Shape = any, V extends Shape = any> {
  readonly type: T
  readonly name: N
  readonly key: MessageSchema<K>
  readonly value: MessageSchema<V>
}

export function defineCoordinatorRecord<
  const T extends number,
  const N extends string,
  const K extends Shape,
  const V extends Shape,
>(options: {
  readonly type: T
  readonly name: N
  readonly key: K
  readonly value: { readonly versions: VersionRange; readonly flexibleFrom: number | null; readonly fields: V }
}): CoordinatorRecord<T, N, K, V> {
  const { type, name, key, value } = options
  return {
    type,
    name,
    key: new MessageSchema({ name: `${name} key`, versions: [0, 0], flexibleFrom: null, fields: key }),
    value: new MessageSchema({ name: `${name} value`, ...value }),
  }
}
