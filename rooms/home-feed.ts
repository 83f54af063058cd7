/**
 * What one client of a home room is to hear, as a chain that clients share: all who hear the same
 * in the same order hold the same chain, so what it costs to keep and to encode does not grow with
 * who listens. Pure.
 */

/** One item of a feed: what it is, and its JSON. Clients that hear the same get the same item. */
export type FeedItem = readonly [type: string, body: unknown]

/** The empty feed that others grow from. */
export type FeedStart = Pick<Feed, 'append'>

/** Items in order; never changes. */
export class Feed {
  /** How many items it has. */
  readonly length: number
  readonly #item: FeedItem | undefined
  readonly #before: Feed | undefined
  /** What was appended last: who comes next with the same item shares it. */
  #next: Feed | undefined

  private constructor(item: FeedItem | undefined, before: Feed | undefined) {
    this.#item = item
    this.#before = before
    this.length = before === undefined ? 0 : before.length + 1
  }

  /** Nothing yet; everybody who is to share must grow from the same one. */
  static empty(): FeedStart {
    return new Feed(undefined, undefined)
  }

  /** This feed and `item` behind it. */
  append(item: FeedItem): Feed {
    if (this.#next === undefined || this.#next.#item !== item) this.#next = new Feed(item, this)
    return this.#next
  }

  /** All items, oldest first. A feed is short, so it may call itself that often. */
  items(): FeedItem[] {
    const items = this.#before?.items() ?? []
    if (this.#item !== undefined) items.push(this.#item)
    return items
  }
}
