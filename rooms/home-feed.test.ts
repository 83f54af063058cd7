/** Feeds that clients share, and their frames: encoded once, byte for byte as the stock encoder. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { Protocol, getMessageBytes } from '@colyseus/core'

import { FeedFrames, FRAME_SPARE_BYTES } from './feed-frames.ts'
import { Feed } from './home-feed.ts'
import type { FeedItem } from './home-feed.ts'

const item = (seq: number): FeedItem => ['line', { channelId: 'c', seq, text: `línea ${seq} 안녕` }]
const grow = (start: ReturnType<typeof Feed.empty>, items: readonly FeedItem[]) =>
  items.slice(1).reduce((feed, one) => feed.append(one), start.append(items[0]!))

describe('feeds of a home room', () => {
  it('[SOC-1] who hears the same holds the same feed, who hears another one does not', () => {
    const start = Feed.empty()
    const items = [item(1), item(2), item(3)]
    const ada = grow(start, items)
    assert.equal(grow(start, items), ada)
    const own = grow(start, [item(9), ...items])
    assert.notEqual(own, ada)
    assert.deepEqual(own.items().slice(1), ada.items())
    assert.deepEqual(ada.items(), items)
    assert.equal(ada.length, 3)
  })

  it('items keep their order whatever is appended between', () => {
    const start = Feed.empty()
    const feeds = Array.from({ length: 5 }, () => start as Feed)
    const heard = feeds.map(() => [] as FeedItem[])
    for (let seq = 0; seq < 200; seq++) {
      const one = item(seq)
      for (const index of feeds.keys()) {
        if ((seq * 7 + index * 3) % (index + 2) === 0) continue
        feeds[index] = feeds[index]!.append(one)
        heard[index]!.push(one)
      }
    }
    for (const [index, feed] of feeds.entries()) assert.deepEqual(feed.items(), heard[index])
  })

  it('a frame is what the stock encoder makes, for any number of items', () => {
    for (const length of [1, 2, 15, 16, 17, 255, 256]) {
      const items = Array.from({ length }, (_, index) => item(index))
      const frame = new FeedFrames().frameOf(grow(Feed.empty(), items))
      const stock = getMessageBytes.raw(Protocol.ROOM_DATA, 'feed', items)
      assert.deepEqual(Buffer.from(frame.subarray(FRAME_SPARE_BYTES)), stock, `${length} items`)
    }
  })

  it('bytes are made once for all who share a feed', () => {
    const frames = new FeedFrames()
    const start = Feed.empty()
    const items = [item(1), item(2)]
    assert.equal(frames.frameOf(grow(start, items)), frames.frameOf(grow(start, items)))
  })
})
