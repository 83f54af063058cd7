/**
 * Feeds as frames of Colyseus' protocol: the message `feed` with an array of items, as
 * `client.send('feed', items)` would make it. Each item is encoded once for everybody, each chain
 * is put together once for everybody who holds it; sockets share the bytes.
 */
import { Protocol, getMessageBytes } from '@colyseus/core'

import type { Feed, FeedItem } from './home-feed.ts'

/** Bytes before a frame that the transport overwrites with the WebSocket header. */
export const FRAME_SPARE_BYTES = 4
/** Array of up to 15 entries in one byte, of up to 65,535 in three (MessagePack). */
const SHORT_ARRAY = 0x90
const SHORT_ARRAY_LENGTH_MAX = 15
const LONG_ARRAY = 0xdc

const HEAD = getMessageBytes.raw(Protocol.ROOM_DATA, 'feed')

/** Frames of feeds; one for all rooms of a process. */
export class FeedFrames {
  readonly #frames = new WeakMap<Feed, Uint8Array>()
  readonly #items = new WeakMap<FeedItem, Uint8Array>()

  /** The frame begins behind {@link FRAME_SPARE_BYTES}; it must not be changed. */
  frameOf(feed: Feed): Uint8Array {
    const known = this.#frames.get(feed)
    if (known !== undefined) return known
    const items = feed.items().map((item) => this.#encode(item))
    const spare = Buffer.alloc(FRAME_SPARE_BYTES)
    const frame = Buffer.concat([spare, HEAD, arrayHead(items.length), ...items])
    this.#frames.set(feed, frame)
    return frame
  }

  /** The stock encoder's bytes, without the head that it puts before them. */
  #encode(item: FeedItem): Uint8Array {
    const known = this.#items.get(item)
    if (known !== undefined) return known
    const bytes = getMessageBytes.raw(Protocol.ROOM_DATA, 'feed', item).subarray(HEAD.byteLength)
    this.#items.set(item, bytes)
    return bytes
  }
}

function arrayHead(length: number): Buffer {
  if (length <= SHORT_ARRAY_LENGTH_MAX) return Buffer.from([SHORT_ARRAY | length])
  return Buffer.from([LONG_ARRAY, length >>> 8, length & 0xff])
}
