import type { DecodedMetadataRecord } from '@logan/protocol'
import { ImageBuilder } from './apply.ts'
import type { ClusterImage } from './image.ts'
import { MetadataError } from './metadata-error.ts'

/** Reads the log back into an image. What stands between the marks of a transaction (KIP-868) counts from its end on, or never. */
export class Replay {
  readonly #builder: ImageBuilder
  #offset: number
  #transaction: DecodedMetadataRecord[] | undefined

  constructor(base: ClusterImage) {
    this.#builder = new ImageBuilder(base)
    this.#offset = base.offset
  }

  /** The log ends inside a transaction, which will never end. */
  get isOpen(): boolean {
    return this.#transaction !== undefined
  }

  /** @throws MetadataError as ImageBuilder, and for marks out of turn */
  take(record: DecodedMetadataRecord, offset: number): void {
    this.#offset = offset
    if (record.name === 'BeginTransactionRecord') {
      if (this.#transaction !== undefined) throw new MetadataError('a transaction of metadata begins inside another')
      this.#transaction = []
    } else if (record.name === 'EndTransactionRecord' || record.name === 'AbortTransactionRecord') {
      if (this.#transaction === undefined) throw new MetadataError('a transaction of metadata ends that has not begun')
      if (record.name === 'EndTransactionRecord') for (const change of this.#transaction) this.#builder.apply(change)
      this.#transaction = undefined
    } else if (this.#transaction !== undefined) this.#transaction.push(record)
    else this.#builder.apply(record)
  }

  build(): ClusterImage {
    return this.#builder.build(this.#offset)
  }
}
