import { createNodeDisk, type Disk, DiskError } from '@logan/storage'

/** What becomes of a sync that was held. */
type Release = 'go on' | 'fail'

/** The real disk, whose syncs of files below one directory can be held, and made to fail. */
export class HeldDisk {
  readonly disk: Disk
  readonly #directoryName: string
  #holds = false
  #held = Promise.withResolvers<Release>()
  #begun = Promise.withResolvers<void>()

  constructor(directoryName: string) {
    this.#directoryName = directoryName
    this.disk = createNodeDisk()
    const open = this.disk.open.bind(this.disk)
    this.disk.open = (path, how) => {
      const file = open(path, how)
      const sync = file.sync.bind(file)
      file.sync = async () => {
        await this.#pass(file.path)
        await sync()
      }
      return file
    }
  }

  /** From now on syncs wait. */
  hold(): void {
    this.#holds = true
    this.#held = Promise.withResolvers()
    this.#begun = Promise.withResolvers()
  }

  /** Resolves when a sync waits. */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  /** Those that wait, and whatever comes, are let go or fail. */
  release(how: Release = 'go on'): void {
    this.#held.resolve(how)
  }

  async #pass(path: string): Promise<void> {
    if (!this.#holds || !path.split(/[/\\]/).includes(this.#directoryName)) return
    this.#begun.resolve()
    if ((await this.#held.promise) === 'fail') throw new DiskError('sync', path, 'EIO', 'as told')
  }
}
