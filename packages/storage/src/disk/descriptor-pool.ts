import type { NodeFile } from './node-file.ts'

/**
 * Bounds the descriptors that files hold. Not exactly least-recently-used but second chance: a use costs one assignment, and the sweep
 * closes what was not used since the sweep before. Files with a call under way or with unsynced writes keep theirs, so the bound is
 * exceeded where more than that are busy.
 */
export class DescriptorPool {
  readonly #limit: number
  readonly #files = new Set<NodeFile>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get count(): number {
    return this.#files.size
  }

  entered(file: NodeFile): void {
    this.#files.add(file)
  }

  left(file: NodeFile): void {
    this.#files.delete(file)
  }

  /** Closes one file if the limit is reached and one can be closed. */
  makeRoom(): void {
    if (this.#files.size >= this.#limit) this.giveUpOne()
  }

  /** Closes one file; false when none can be closed. */
  giveUpOne(): boolean {
    // Twice round: the first pass may only take marks away.
    for (let tries = 2 * this.#files.size; tries > 0; tries--) {
      const file = this.#files.values().next().value!
      if (file.isIdle && !file.recentlyUsed) {
        file.closeDescriptor()
        return true
      }
      this.#passOver(file)
    }
    return false
  }

  #passOver(file: NodeFile): void {
    file.recentlyUsed = false
    this.#files.delete(file)
    this.#files.add(file)
  }
}
