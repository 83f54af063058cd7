/** Who hears what of home rooms: channels, blocks, presence, one message per 50 ms, limits. */
import { strict as assert } from 'node:assert'
import { beforeEach, describe, it } from 'node:test'

import { FakeClock } from '@battalion/testkit/fake-clock.ts'

import { FEED_ITEMS_MAX, FLUSH_CLIENTS_MAX, FLUSH_MS, HomeHub, HomeMember } from './home-hub.ts'
import { LOADING_EVENTS_MAX } from './home-hub.ts'
import type { Feed, FeedItem } from './home-feed.ts'
import type { HomeEvent, HomeSnapshot } from './home-ports.ts'

const NOTHING: HomeSnapshot = {
  channels: [],
  friends: [],
  blockedIds: [],
  isHidden: false,
  party: null,
  unreadNotifications: 0,
  stateVersion: 0,
}
const line = (seq: number, authorId = 'eve', channelId = 'c1'): HomeEvent => {
  const rest = { text: `line ${seq}`, createdAt: '', isEdited: false }
  return { about: 'line', type: 'line', line: { channelId, seq, authorId, ...rest } }
}
const channel = (lastSeq = 0, id = 'c1') => {
  const rest = { kind: 'group', subject: 'g', readSeq: 0, unreadCount: 0 }
  return { id, lastSeq, ...rest }
}
const seqsOf = (feeds: readonly (readonly FeedItem[])[]) =>
  feeds.flat().map(([type, body]) => (type === 'line' ? (body as { seq: number }).seq : type))

const block = (userId: string, isBlocked: boolean): HomeEvent => {
  return { about: 'users', userIds: ['ada'], type: 'block', body: { userId, isBlocked } }
}
const change = (isMember: boolean): HomeEvent => {
  const rest = { channelId: 'c1', kind: 'group', subject: 'g' }
  return { about: 'members', userIds: ['ada', 'bob'], isMember, ...rest }
}
const friend = (userId: string, state = 'friends') => ({ userId, name: userId, state })

const presence = ({ feeds }: { readonly feeds: readonly (readonly FeedItem[])[] }) =>
  feeds.flat().flatMap(([type, body]) => {
    return type === 'presence' ? [(body as { isOnline: boolean }).isOnline] : []
  })
const hides = (isHidden: boolean, userId = 'bob'): HomeEvent => {
  return { about: 'users', userIds: [userId], type: 'privacy', body: { isHidden } }
}

function guest(userId: string) {
  const feeds: (readonly FeedItem[])[] = []
  const taker = {
    isOpen: true,
    mayTake: () => taker.isOpen,
    take: (feed: Feed) => void feeds.push(feed.items()),
  }
  const member = new HomeMember({ userId, name: userId }, taker)
  return { member, feeds, taker }
}

describe('the hub of home rooms', () => {
  let clock: FakeClock
  let hub: HomeHub
  let resyncs: number
  beforeEach(() => {
    clock = new FakeClock()
    resyncs = 0
    hub = new HomeHub(clock, { resynced: () => resyncs++ })
  })

  function comes(userId: string, snapshot: Partial<HomeSnapshot> = {}) {
    const one = guest(userId)
    hub.expect(one.member)
    hub.enter(one.member, { ...NOTHING, ...snapshot })
    return one
  }

  it('[SOC-1] members get each line once, in order, in one message per 50 ms; others none', () => {
    const ada = comes('ada', { channels: [channel()] })
    const bob = comes('bob', { channels: [channel()] })
    const cleo = comes('cleo')
    for (let seq = 1; seq <= 5; seq++) hub.hear(line(seq))
    assert.deepEqual(ada.feeds, [], 'nothing leaves at once')
    clock.advance(FLUSH_MS)
    for (const { feeds } of [ada, bob]) {
      assert.equal(feeds.length, 1)
      assert.deepEqual(seqsOf(feeds), [1, 2, 3, 4, 5])
    }
    assert.deepEqual(cleo.feeds, [])
    hub.hear(line(6))
    clock.advance(FLUSH_MS)
    assert.deepEqual(seqsOf(ada.feeds), [1, 2, 3, 4, 5, 6])
  })

  it('[SOC-4] the blocker does not receive, from the event on', () => {
    const ada = comes('ada', { channels: [channel()], blockedIds: ['eve'] })
    hub.hear(line(1, 'eve'))
    hub.hear(line(2, 'bob'))
    hub.hear(block('bob', true))
    hub.hear(line(3, 'bob'))
    hub.hear(block('eve', false))
    hub.hear(line(4, 'eve'))
    clock.advance(FLUSH_MS)
    assert.deepEqual(seqsOf(ada.feeds), [2, 'block', 'block', 4])
  })

  it('[SOC-8] membership follows events', () => {
    const ada = comes('ada')
    hub.hear(line(1))
    hub.hear(change(true))
    hub.hear(line(2))
    hub.hear(change(false))
    hub.hear(line(3))
    clock.advance(FLUSH_MS)
    assert.deepEqual(seqsOf(ada.feeds), ['channel', 2, 'channel'])
  })

  it('what happens while a client’s state is read is neither lost nor twice', () => {
    const { member, feeds } = guest('ada')
    hub.expect(member)
    for (const seq of [4, 5, 6]) hub.hear(line(seq))
    hub.hear(line(1, 'eve', 'elsewhere'))
    hub.enter(member, { ...NOTHING, channels: [channel(5)] })
    hub.hear(line(7))
    clock.advance(FLUSH_MS)
    assert.deepEqual(seqsOf(feeds), [6, 7])
  })

  it(`more than ${LOADING_EVENTS_MAX} events meanwhile refuse the join`, () => {
    const { member } = guest('ada')
    hub.expect(member)
    for (let seq = 0; seq <= LOADING_EVENTS_MAX; seq++) hub.hear(line(seq))
    assert.throws(() => hub.enter(member, NOTHING), { code: 'overloaded' })
    hub.leave(member)
    assert.equal(hub.count, 0)
  })

  it('friends hear when one comes and goes; requests do not', () => {
    const ada = comes('ada', { friends: [friend('bob'), friend('cleo', 'asks')] })
    const bob = comes('bob', { friends: [friend('ada')] })
    const cleo = comes('cleo', { friends: [friend('ada', 'asked')] })
    hub.leave(bob.member)
    clock.advance(FLUSH_MS)
    const heard = ada.feeds.flat().map(([type, body]) => [type, body])
    assert.deepEqual(heard, [
      ['presence', { userId: 'bob', isOnline: true }],
      ['presence', { userId: 'bob', isOnline: false }],
    ])
    assert.deepEqual(cleo.feeds, [])
    const body = { userId: 'cleo', name: 'Cleo', state: 'friends' }
    hub.hear({ about: 'users', userIds: ['ada'], type: 'friend', body })
    clock.advance(FLUSH_MS)
    assert.deepEqual(ada.feeds[1]?.at(-1), ['presence', { userId: 'cleo', isOnline: true }])
  })

  describe('[SOC-7] presence of friends', () => {
    const GRACE_MS = 30_000
    const bob = { friends: [friend('ada')] }
    const ada = { friends: [friend('bob')] }
    beforeEach(() => {
      hub = new HomeHub(clock, { resynced: () => resyncs++ }, GRACE_MS)
    })

    it('a reload does not flicker; who stays away is told of after the grace', () => {
      const watcher = comes('ada', ada)
      const first = comes('bob', bob)
      clock.advance(FLUSH_MS)
      hub.leave(first.member)
      clock.advance(GRACE_MS - 1)
      assert.equal(hub.isOnline('bob'), true)
      const second = comes('bob', bob)
      clock.advance(GRACE_MS)
      assert.deepEqual(presence(watcher), [true], 'nothing but the first coming')
      hub.leave(second.member)
      clock.advance(GRACE_MS - 1)
      assert.deepEqual(presence(watcher), [true])
      clock.advance(1 + FLUSH_MS)
      assert.deepEqual(presence(watcher), [true, false])
      assert.equal(hub.isOnline('bob'), false)
    })

    it('who hides is never seen; who begins to vanishes at once, and comes back', () => {
      const watcher = comes('ada', ada)
      comes('bob', { ...bob, isHidden: true })
      clock.advance(FLUSH_MS)
      assert.deepEqual(presence(watcher), [])
      assert.equal(hub.isOnline('bob'), false)
      hub.hear(hides(false))
      clock.advance(FLUSH_MS)
      hub.hear(hides(true))
      clock.advance(FLUSH_MS)
      assert.deepEqual(presence(watcher), [true, false])
      hub.hear(hides(true, 'ada'))
      assert.equal(hub.isOnline('ada'), false, 'each hides himself only')
    })

    it('who stopped being a friend, or has gone himself, is told nothing more', () => {
      const watcher = comes('ada', ada)
      const other = comes('cleo', { friends: [friend('bob')] })
      const { member } = comes('bob', bob)
      clock.advance(FLUSH_MS)
      const body = { userId: 'bob', state: 'none' }
      hub.hear({ about: 'users', userIds: ['ada'], type: 'friend', body })
      hub.leave(other.member)
      hub.leave(member)
      clock.advance(GRACE_MS + FLUSH_MS)
      assert.deepEqual(presence(watcher), [true])
      assert.deepEqual(presence(other), [true])
    })
  })

  it('a second client of a user replaces the first without a word to friends', () => {
    const friends = [{ userId: 'bob', name: 'Bob', state: 'friends' }]
    const bob = comes('bob', { friends: [{ userId: 'ada', name: 'Ada', state: 'friends' }] })
    const first = comes('ada', { friends, channels: [channel()] })
    const second = comes('ada', { friends, channels: [channel()] })
    hub.leave(first.member)
    hub.hear(line(1))
    clock.advance(FLUSH_MS)
    assert.deepEqual(seqsOf(second.feeds), [1])
    assert.deepEqual(seqsOf(first.feeds), [])
    assert.deepEqual(seqsOf(bob.feeds), ['presence'])
    assert.equal(hub.isOnline('ada'), true)
    assert.equal(hub.count, 2)
  })

  it(`a client that does not read waits, and over ${FEED_ITEMS_MAX} items it must read anew`, () => {
    const ada = comes('ada', { channels: [channel()] })
    const bob = comes('bob', { channels: [channel()] })
    ada.taker.isOpen = false
    for (let seq = 1; seq <= FEED_ITEMS_MAX; seq++) hub.hear(line(seq))
    clock.advance(FLUSH_MS)
    hub.hear(line(FEED_ITEMS_MAX + 1))
    clock.advance(FLUSH_MS)
    assert.deepEqual(ada.feeds, [])
    assert.equal(resyncs, 1)
    assert.equal(seqsOf(bob.feeds).length, FEED_ITEMS_MAX + 1, 'others do not notice')
    ada.taker.isOpen = true
    clock.advance(FLUSH_MS)
    assert.deepEqual(seqsOf(ada.feeds), ['resync', FEED_ITEMS_MAX + 1])
  })

  it(`more than ${FLUSH_CLIENTS_MAX} clients take turns, and nobody misses anything`, () => {
    const count = FLUSH_CLIENTS_MAX * 3 + 5
    const all = Array.from({ length: count }, (_, index) =>
      comes(`user ${index}`, { channels: [channel()] }),
    )
    const served = () => all.filter(({ feeds }) => feeds.length > 0).length
    hub.hear(line(1))
    clock.advance(FLUSH_MS - 1)
    assert.equal(served(), 0)
    const turns: number[] = []
    for (let turn = 0; turn < 4; turn++) {
      clock.advance(1)
      turns.push(served())
      hub.hear(line(2 + turn))
    }
    assert.ok(
      turns.every((each, turn) => each <= FLUSH_CLIENTS_MAX * (turn + 1)),
      turns.join(),
    )
    clock.advance(FLUSH_MS * 2)
    for (const { feeds } of all) assert.deepEqual(seqsOf(feeds), [1, 2, 3, 4, 5])
  })

  it('[SOC-1] all who hear the same take one and the same feed', () => {
    const taken: Feed[] = []
    for (const userId of ['ada', 'bob', 'cleo']) {
      const taker = { mayTake: () => true, take: (feed: Feed) => void taken.push(feed) }
      const member = new HomeMember({ userId, name: userId }, taker)
      hub.expect(member)
      hub.enter(member, { ...NOTHING, channels: [channel()] })
    }
    hub.hear(line(1))
    hub.hear(line(2))
    clock.advance(FLUSH_MS)
    assert.equal(taken.length, 3)
    assert.equal(new Set(taken).size, 1)
  })
})
