/**
 * Thrown out by an operator [ADM-1], over real sockets: at once, with its code, and no way back to
 * this battle by a new seat, an open reconnection or a seat that waits. And a room that is closed.
 */
import { strict as assert } from 'node:assert'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { toMatchId, toUserId } from '@battalion/base/ids.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { RawFrame, connectRaw, openRawClient } from '@battalion/testkit/raw-client.ts'
import type { RawClient } from '@battalion/testkit/raw-client.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { CLOSE_CODES } from '@battalion/wire/close-codes.ts'
import { matchMaker } from '@colyseus/core'
import { BARRED_USERS_MAX, BarredUsers } from './barred-users.ts'
import type { BattlefieldRoom } from './battlefield-room.ts'
import type { OpenBattle } from './ports.ts'

describe('an operator and a battle', () => {
  let server: RoomServer
  const open = new Set<OpenBattle>()
  let serial = 0
  let ann: RawClient
  let keeper: RawClient
  let userId = ''

  before(async () => {
    const battles = {
      opened: (battle: OpenBattle) => void open.add(battle),
      closed: (battle: OpenBattle) => void open.delete(battle),
    }
    const balance = sampleBalance({ mode: { warmupSec: 600 } })
    server = await startRoomServer({ balance, ports: { battles } })
  })
  after(async () => await server.stop())
  beforeEach(async () => {
    userId = `user${++serial}`
    ann = await openRawClient(server, { userId })
    keeper = await openRawClient(server, { userId: `keeper${serial}` })
    await until(() => participant()?.isReceiving === true, 'the join is acknowledged')
  })
  afterEach(async () => {
    keeper.send(RawFrame.leave)
    const { roomId } = ann.seat
    await until(() => matchMaker.getLocalRoomById(roomId) === undefined, 'the battle is gone')
    assert.equal(open.size, 0, 'nobody looks at a battle that is gone')
    assert.deepEqual(server.errors, [])
  })

  const room = () => matchMaker.getLocalRoomById(ann.seat.roomId) as BattlefieldRoom
  const participant = () => room().session.roster.find(toUserId(userId))
  const comeAgain = () => server.client(userId).joinById(ann.seat.roomId, {})

  it('[ADM-1] a kick closes the socket with 4403 at once, frees the seat, and holds', async () => {
    const { roster } = room().session
    const startedMs = performance.now()
    assert.equal(room().kick(toUserId(userId)), true)
    assert.equal(roster.playerCount, 1, 'the seat is free before the socket has closed')
    const { code } = await ann.closed
    assert.equal(code, CLOSE_CODES.kicked)
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs < 1000, `${tookMs} ms`)
    await assert.rejects(comeAgain(), 'no new seat')
    const token = ann.reconnectionToken()
    const late = connectRaw(server, ann.seat, { userId }, { reconnectionToken: token })
    assert.ok((await late.closed).code >= 4000, 'no coming back')
    assert.equal(roster.playerCount, 1)
    assert.equal(room().kick(toUserId(userId)), false, 'he is not here')
    assert.equal(room().kick(toUserId('somebody')), false)
  })

  it('[ADM-1] who has lost his connection is kicked too: nobody waits for him', async () => {
    const token = ann.reconnectionToken()
    ann.socket.terminate()
    await until(() => participant()?.isConnected === false, 'the drop is seen')
    assert.equal(room().kick(toUserId(userId)), true)
    assert.equal(room().session.roster.playerCount, 1)
    const back = connectRaw(server, ann.seat, { userId }, { reconnectionToken: token })
    assert.ok((await back.closed).code >= 4000)
    await assert.rejects(comeAgain())
  })

  it('[ADM-1] a seat that waits for him is gone', async () => {
    room().kick(toUserId(userId))
    await ann.closed
    const other = `late${serial}`
    const seat = await matchMaker.joinById(ann.seat.roomId, {}, auth(other))
    assert.equal(room().hasUser(toUserId(other)), true)
    assert.equal(room().kick(toUserId(other)), true)
    assert.equal(room().hasUser(toUserId(other)), false)
    const socket = connectRaw(server, seat as never, { userId: other })
    assert.ok((await socket.closed).code >= 4000)
  })

  it('[ADM-3] is seen from outside: figures, players, ticks by phase, log', async () => {
    const { view } = room()
    view.sample()
    const hasSent = () => {
      view.sample()
      return view.summary().now.bytesPerClient > 0
    }
    await until(hasSent, 'snapshots are counted')
    const { now, ...summary } = view.summary()
    assert.deepEqual([now.people, now.bots, now.spectators, now.awaited], [2, 0, 0, 0])
    assert.ok(now.bytesPerSec >= now.bytesPerClient)
    assert.equal(summary.roomId, ann.seat.roomId)
    assert.equal(summary.isDraining, false)
    assert.ok(view.samples().length >= 2)
    assert.ok(view.ticks().counts.total.some((count) => count > 0))
    const ours = view.players().find((player) => player.userId === userId)
    assert.deepEqual([ours?.isBot, ours?.isConnected, ours?.pingMs], [false, true, null])
    const { boundsMs, counts } = view.ticks()
    for (const row of Object.values(counts)) assert.equal(row.length, boundsMs.length + 1)
    const lines = view.linesAfter(0)
    assert.ok(lines.some(({ message }) => message === 'client joined'))
    assert.deepEqual(view.linesAfter(lines.at(-1)!.number), [])
    ann.send(RawFrame.leave)
  })

  it('[ADM-3] a room that is closed sends everybody away with 4461', async () => {
    const ended = room().endBattle(server.ports.clock.monotonicMs())
    assert.equal((await ann.closed).code, CLOSE_CODES.battle_over)
    assert.equal((await keeper.closed).code, CLOSE_CODES.battle_over)
    await ended
  })
})

describe('BarredUsers', () => {
  it('[ADM-1] bars from one battle, and no more of them than it has room for', () => {
    const barred = new BarredUsers()
    const [first, second] = [toMatchId('first'), toMatchId('second')]
    const ann = toUserId('ann')
    barred.bar(ann, first)
    assert.equal(barred.has(ann, first), true)
    assert.equal(barred.has(ann, second), false, 'the next battle is another one')
    for (let n = 0; n < BARRED_USERS_MAX; n++) barred.bar(toUserId(`user${n}`), first)
    assert.equal(barred.has(ann, first), false)
    barred.bar(toUserId('bob'), second)
    assert.equal(barred.has(toUserId('user1'), first), false)
  })
})

function auth(userId: string) {
  return { token: `test-${userId}`, headers: new Headers(), ip: '' }
}
