/** Coming back [B-13]: the same soldier, exactly one session, and nobody else's seat. */
import { strict as assert } from 'node:assert'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { toUserId } from '@battalion/base/ids.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { RawFrame, connectRaw, openRawClient } from '@battalion/testkit/raw-client.ts'
import type { RawClient } from '@battalion/testkit/raw-client.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { matchMaker } from '@colyseus/core'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import type { BattlefieldRoom } from './battlefield-room.ts'

const GRACE_SEC = 1.2

describe('reconnection', () => {
  let server: RoomServer
  let serial = 0
  let ann: RawClient
  let userId = ''

  before(async () => {
    const balance = sampleBalance({ mode: { warmupSec: 600 } })
    const limits = { reconnectGraceSec: GRACE_SEC, seatTimeoutSec: 1 }
    server = await startRoomServer({ balance, limits })
  })
  after(async () => await server.stop())
  beforeEach(async () => {
    userId = `user${++serial}`
    ann = await openRawClient(server, { userId })
    await until(() => participant().isReceiving, 'the join is acknowledged')
  })

  afterEach(async () => {
    const { roomId } = ann.seat
    await until(() => matchMaker.getLocalRoomById(roomId) === undefined, 'the battle is gone')
    assert.deepEqual(server.errors, [])
  })

  const room = () => matchMaker.getLocalRoomById(ann.seat.roomId) as BattlefieldRoom
  const participant = () => room().session.roster.find(toUserId(userId))!
  const back = (token: string, as = userId) =>
    connectRaw(server, ann.seat, { userId: as }, { reconnectionToken: token })

  async function drop(): Promise<string> {
    const token = ann.reconnectionToken()
    ann.socket.terminate()
    await until(() => !participant().isConnected, 'the drop is seen')
    return token
  }

  it('[B-13] within the grace: same soldier, score, position; a fresh snapshot', async () => {
    const { netId } = participant()
    const { soldiers } = room().session.match.world
    soldiers.score[netId] = 99
    const x = soldiers.px[netId]
    const token = await drop()
    assert.equal(soldiers.state[netId], 1)
    const again = back(token)
    await again.joined
    await until(() => participant().isReceiving, 'snapshots go on')
    assert.equal(participant().netId, netId)
    assert.equal(soldiers.score[netId], 99)
    assert.equal(soldiers.px[netId], x)
    assert.equal(room().clients.length, 1)
    assert.ok(server.countOf('reconnected', 'ok') >= 1)
    again.send(RawFrame.leave)
  })

  it('[B-13] after the grace the soldier is gone and the token is worthless', async () => {
    const { roomId } = ann.seat
    const keeper = await openRawClient(server, { userId: `keeper${serial}` })
    const { world } = room().session.match
    const token = await drop()
    assert.equal(world.soldierCount, 2)
    await until(() => world.soldierCount === 1, 'the grace is over')
    const late = back(token)
    assert.ok((await late.closed).code >= 4000)
    assert.ok(server.countOf('reconnected', 'expired') >= 1)
    assert.equal(matchMaker.getLocalRoomById(roomId)?.clients.length, 1)
    keeper.send(RawFrame.leave)
  })

  it('[B-13] a wrong token, and a token of another room, are refused; the seat is still held', async () => {
    const token = await drop()
    assert.ok((await back('nonsense').closed).code >= 4000)
    assert.ok((await back('__proto__').closed).code >= 4000)
    const elsewhere = { ...ann.seat, roomId: 'abcdefghi' }
    const query = { reconnectionToken: token }
    const lost = connectRaw(server, elsewhere, { userId }, query)
    assert.ok((await lost.closed).code >= 4000)
    const again = back(token)
    await again.joined
    again.send(RawFrame.leave)
  })

  it('[B-13] of two that come back at once exactly one stays', async () => {
    for (let round = 0; round < 10; round++) {
      const token = await drop()
      const pair = [back(token), back(token)]
      const ended = new Set<RawClient>()
      for (const link of pair) void link.closed.then(() => ended.add(link))
      await until(() => ended.size > 0, 'one is refused')
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.equal(ended.size, 1, `round ${round}`)
      assert.equal(room().clients.length, 1)
      ann = pair.find((link) => !ended.has(link))!
      await until(() => participant().isReceiving, 'the join is acknowledged')
    }
    ann.send(RawFrame.leave)
  })

  it('[B-13] another user with the stolen token is refused; the seat is still held', async () => {
    const token = await drop()
    const thief = back(token, 'thief')
    assert.equal((await thief.closed).code, 4401)
    const again = back(token)
    await again.joined
    again.send(RawFrame.leave)
  })

  it('[B-13] two at once make exactly one session', async () => {
    const token = await drop()
    const attempts = [back(token), back(token), back(token)]
    await Promise.race(attempts.map(({ joined }) => joined))
    await until(
      () => attempts.filter(({ socket }) => socket.readyState === 3).length === 2,
      'two lost',
    )
    assert.equal(room().clients.length, 1)
    assert.equal(room().session.match.world.soldierCount, 1)
    attempts.find(({ socket }) => socket.readyState === 1)?.send(RawFrame.leave)
  })

  it('[B-13] a connection whose death nobody noticed gives way to its successor', async () => {
    const token = ann.reconnectionToken()
    const again = back(token)
    await again.joined
    await until(() => participant().isReceiving, 'snapshots go on')
    assert.equal(room().clients.length, 1)
    assert.equal(ann.socket.readyState === ann.socket.OPEN, false)
    again.send(RawFrame.leave)
  })

  it('[I-9] a user who was banned meanwhile may not come back, and the soldier goes', async () => {
    const token = await drop()
    server.bannedUsers.add(toUserId(userId))
    const banned = back(token)
    assert.equal((await banned.closed).code, 4403)
    assert.ok(server.countOf('reconnected', 'refused') >= 1)
    await until(
      () => room()?.session.roster.find(toUserId(userId)) === undefined,
      'the soldier is gone',
    )
  })

  it('a fresh join within the grace takes the waiting soldier over', async () => {
    const { netId } = participant()
    await drop()
    const again = await openRawClient(server, { userId })
    await until(() => participant().isReceiving, 'the join is acknowledged')
    assert.equal(participant().netId, netId)
    assert.equal(room().session.match.world.soldierCount, 1)
    again.send(RawFrame.leave)
  })

  it('a stock client that reconnects by itself sees nobody who left meanwhile', async () => {
    const sdk = await server.client(`sdk${serial}`).joinById<BattlefieldState>(ann.seat.roomId, {})
    sdk.reconnection.minUptime = 0
    sdk.reconnection.delay = 300
    sdk.reconnection.minDelay = 300
    sdk.onMessage('*', () => undefined)
    await until(() => sdk.state.roster?.size === 2, 'both are in the roster')
    let hasReturned = false
    sdk.onReconnect(() => (hasReturned = true))
    server.ports.sockets.terminate(room().clients.get(sdk.sessionId)!)
    ann.send(RawFrame.leave)
    await until(() => hasReturned, 'the client is back')
    await until(() => sdk.state.roster.size === 1, 'only the client itself is left')
    assert.equal(sdk.state.teams.length, 2)
    await until(() => sdk.state.roster.values().next().value?.connected === true, 'a patch')
    await sdk.leave()
  })

  it('who is sent away by the server does not come back by token', async () => {
    const token = ann.reconnectionToken()
    ann.send(99)
    assert.equal((await ann.closed).code, 4400)
    assert.ok((await back(token).closed).code >= 4000)
  })
})
