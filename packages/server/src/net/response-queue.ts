import { assert, BoundedQueue } from '@logan/common'

/** A place in the order of responses. */
export interface Place<R, A> {
  readonly request: R
  answer: A | undefined
}

/** Requests in their order, answers out in the same order, however they are settled. Pure. The limit is the number of open places. */
export class ResponseQueue<R, A> {
  readonly #places: BoundedQueue<Place<R, A>>

  constructor(limit: number) {
    this.#places = new BoundedQueue('responses of a connection', limit)
  }

  get count(): number {
    return this.#places.count
  }

  get full(): boolean {
    return this.#places.full
  }

  enter(request: R): Place<R, A> {
    const place: Place<R, A> = { request, answer: undefined }
    assert(this.#places.push(place), 'a response queue that is full takes no request')
    return place
  }

  settle(place: Place<R, A>, answer: A): void {
    assert(place.answer === undefined, 'a request is answered once')
    place.answer = answer
  }

  /** Removes and returns the oldest place if it is settled. */
  takeReady(): { readonly request: R; readonly answer: A } | undefined {
    const oldest = this.#places.peek()
    if (oldest === undefined || oldest.answer === undefined) return undefined
    this.#places.shift()
    return { request: oldest.request, answer: oldest.answer }
  }
}
