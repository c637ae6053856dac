/** Enough for the readers of a segment's end; older ones go. */
const mostPositions = 64

/**
 * Where some batches of a segment begin, by base offset: the ends of earlier reads and syncs. Whoever reads on where he stopped, up to
 * what was made durable, needs neither index nor headers then.
 */
export class KnownPositions {
  readonly #positions = new Map<number, number>()

  get(offset: number): number | undefined {
    return this.#positions.get(offset)
  }

  add(offset: number, position: number): void {
    // Anew at the end of the order: what is used lately stays.
    this.#positions.delete(offset)
    this.#positions.set(offset, position)
    if (this.#positions.size > mostPositions) this.#positions.delete(this.#positions.keys().next().value!)
  }
}
