/**
 * Home rooms from end to end: stock Colyseus clients over real sockets, the real services on a real
 * database, outbox, relay and bus between them.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'

import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { openSocialWorld } from '@battalion/testkit/social-world.ts'
import type { SocialWorld } from '@battalion/testkit/social-world.ts'
import { createTestEngine } from '@battalion/testkit/test-database.ts'
import type { Room } from '@colyseus/sdk'

import { HomeHub } from '../rooms/home-hub.ts'
import { createHomeRoom } from '../rooms/home-room.ts'
import { createHomeDesk, listenToLive } from './home-desk.ts'
import { joinChannel } from './services/chat/channels.ts'
import { isPresenceHidden } from './services/identity/profile.ts'
import { createInProcessBus } from './services/outbox/in-process-bus.ts'
import { OutboxRelay } from './services/outbox/outbox-relay.ts'
import { blockUser } from './services/social/blocks.ts'
import { acceptFriend, askFriend } from './services/social/friends.ts'
import { inviteToParty } from './services/social/parties.ts'
import { systemClock, systemTimers } from './system-clock.ts'

type Item = [type: string, body: Record<string, unknown>]

/** A client and all it heard. */
interface Visitor {
  readonly room: Room
  readonly items: Item[]
  readonly welcome: Record<string, unknown>
  readonly frames: Item[][]
  closed: number | undefined
}

const bodies = ({ items }: Visitor, type: string) =>
  items.filter((item) => item[0] === type).map(([, body]) => body)

describe('home rooms', () => {
  let world: SocialWorld
  let server: RoomServer
  let relay: OutboxRelay
  let ada: string
  let bob: string
  let cleo: string
  const bus = createInProcessBus({ timers: systemTimers, bury: () => Promise.resolve() })
  const hub = new HomeHub(systemTimers, { resynced: () => undefined })

  before(async () => {
    world = await openSocialWorld(createTestEngine('pglite'))
    ;[ada, bob, cleo] = (await world.users('Ada', 'Bob', 'Cleo')) as [string, string, string]
    const { database, chat, social } = world
    relay = new OutboxRelay({
      database,
      outbox: social.outbox,
      bus,
      clock: systemClock,
      timers: systemTimers,
      holder: 'test',
    })
    await listenToLive(bus, 'test', (event) => hub.hear(event))
    relay.start()
    const desk = createHomeDesk({
      database,
      chat,
      social,
      isHidden: isPresenceHidden,
      onError: (error) => errors.push(error),
    })
    server = await startRoomServer({
      balance: sampleBalance(),
      rooms: { home: (ports) => createHomeRoom(ports, { desk, hub }) },
    })
  })
  after(async () => {
    await server.stop()
    await relay.stop()
    await bus.close()
    await world.close()
    assert.deepEqual(errors, [])
  })
  const errors: unknown[] = []

  async function visit(userId: string): Promise<Visitor> {
    const room = await server.client(userId).joinOrCreate('home')
    const visitor: Visitor = { room, items: [], frames: [], welcome: {}, closed: undefined }
    room.onMessage('welcome', (message) => Object.assign(visitor.welcome, message))
    room.onMessage('feed', (items: Item[]) => {
      visitor.frames.push(items)
      visitor.items.push(...items)
    })
    room.onLeave((code) => (visitor.closed = code))
    await until(() => 'stateVersion' in visitor.welcome, 'the welcome')
    return visitor
  }
  const join = (subject: string, userIds: string[]) =>
    world.run((trx) => joinChannel(trx, world.chat, { kind: 'group', subject, userIds }))

  it('[SOC-1] [NET-1] a stock client asks, is answered; members get it once, others not', async () => {
    const { id: channelId } = await join('talk', [ada, bob])
    const [one, two, three] = [await visit(ada), await visit(bob), await visit(cleo)]
    assert.deepEqual(
      (one.welcome['channels'] as { id: string }[]).map(({ id }) => id),
      [channelId],
    )
    for (let ref = 1; ref <= 5; ref++) one.room.send('say', { ref, channelId, text: `line ${ref}` })
    await until(() => bodies(two, 'line').length === 5, 'five lines')
    await until(() => bodies(one, 'answer').length === 5, 'five answers')
    assert.deepEqual(
      bodies(two, 'line').map(({ seq, text, authorId }) => [seq, text, authorId]),
      Array.from({ length: 5 }, (_, index) => [index + 1, `line ${index + 1}`, ada]),
    )
    assert.equal(bodies(one, 'line').length, 5, 'the author’s own client too')
    assert.deepEqual(
      bodies(one, 'answer').map(({ ref, ok }) => [ref, ok]),
      Array.from({ length: 5 }, (_, index) => [index + 1, true]),
    )
    assert.deepEqual(three.items, [])
    three.room.send('say', { ref: 1, channelId, text: 'let me in' })
    await until(() => bodies(three, 'answer').length === 1, 'a refusal')
    assert.deepEqual(bodies(three, 'answer')[0]!['code'], 'not_found')
    await Promise.all([one, two, three].map(({ room }) => room.leave()))
  })

  it('friends, presence, party and notifications come as they happen; blocks hold', async () => {
    const [one, two] = [await visit(ada), await visit(bob)]
    await world.run((trx) => askFriend(trx, world.social, { userId: ada, otherId: bob }))
    await world.run((trx) => acceptFriend(trx, world.social, { userId: bob, otherId: ada }))
    await until(() => bodies(one, 'presence').length === 1, 'bob is online')
    await until(() => bodies(two, 'notification').length === 1, 'the request')
    await world.run((trx) => inviteToParty(trx, world.social, { userId: ada, otherId: bob }))
    await until(() => bodies(one, 'party').length === 1, 'the party')
    await until(() => bodies(two, 'notification').length === 2, 'the invitation')
    await two.room.leave()
    await until(() => bodies(one, 'presence').length === 2, 'bob is away')
    const again = await visit(bob)
    const [friend] = again.welcome['friends'] as { userId: string; isOnline: boolean }[]
    assert.deepEqual([friend?.userId, friend?.isOnline], [ada, true])
    const { id: channelId } = await join('blocks', [ada, bob])
    await world.run((trx) => blockUser(trx, world.social, { userId: bob, otherId: ada }))
    await until(() => bodies(again, 'block').length === 1, 'the block')
    one.room.send('say', { channelId, text: 'do you hear?' })
    await until(() => bodies(one, 'line').length === 1, 'the line')
    assert.deepEqual(bodies(again, 'line'), [])
    await Promise.all([one, again].map(({ room }) => room.leave()))
  })

  it('one live seat per user: the second replaces the first (4409)', async () => {
    const first = await visit(cleo)
    const second = await visit(cleo)
    await until(() => first.closed !== undefined, 'the first is closed')
    assert.equal(first.closed, 4409)
    assert.equal(second.closed, undefined)
    await second.room.leave()
  })

  it('[G-04] what is no command closes its sender, and nobody else', async () => {
    const honest = await visit(ada)
    const hostile: [string, unknown][] = [
      ['say', { channelId: 'x', text: 'y' }],
      ['say', { channelId: ada, text: 7 }],
      ['say', { channelId: ada, text: 'a', more: 1 }],
      ['read', { channelId: ada, seq: -1 }],
      ['edit', { channelId: ada, seq: 1.5, text: 'a' }],
      ['delete', null],
      ['shout', {}],
    ]
    for (const [type, message] of hostile) {
      const evil = await visit(cleo)
      evil.room.send(type, message)
      await until(() => evil.closed !== undefined, `${type} ${JSON.stringify(message)}`)
      assert.equal(evil.closed, 4400)
    }
    assert.equal(honest.closed, undefined)
    await honest.room.leave()
  })

  it('a flood of frames closes its sender (4429)', async () => {
    const evil = await visit(cleo)
    for (let index = 0; index < 60; index++) evil.room.send('read', { channelId: cleo, seq: 1 })
    await until(() => evil.closed !== undefined, 'the flood is cut')
    assert.equal(evil.closed, 4429)
  })

  it('nobody is left in the hub when all have gone', async () => {
    await until(() => hub.count === 0, 'an empty hub')
  })
})
