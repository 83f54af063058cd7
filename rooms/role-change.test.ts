/**
 * One user who plays, watches, and plays again, with the earlier connection still open: the roles
 * change hands and nobody else notices.
 */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import type { ServerMessages } from '@battalion/wire/messages.ts'
import { matchMaker } from '@colyseus/core'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import type { BattlefieldRoom } from './battlefield-room.ts'

interface Visitor {
  readonly roomId: string
  readonly leave: () => Promise<unknown>
  netId: number | undefined
  snapshotCount: number
  closedWith: number | undefined
}

async function join(server: RoomServer, userId: string, spectate: boolean): Promise<Visitor> {
  const client = server.client(userId)
  const room = await client.joinOrCreate<BattlefieldState>('battlefield', { spectate })
  const visitor: Visitor = {
    roomId: room.roomId,
    leave: async () => await room.leave(),
    netId: undefined,
    snapshotCount: 0,
    closedWith: undefined,
  }
  room.onMessage('welcome', ({ netId }: ServerMessages['welcome']) => (visitor.netId = netId))
  room.onMessage(1, () => visitor.snapshotCount++)
  room.onLeave((code) => (visitor.closedWith = code))
  await until(() => visitor.netId !== undefined && visitor.snapshotCount > 0, `${userId} is in`)
  return visitor
}

function sessionOf(visitor: Visitor) {
  return (matchMaker.getLocalRoomById(visitor.roomId) as BattlefieldRoom).session
}

describe('a user who changes roles', () => {
  let server: RoomServer
  before(async () => {
    const balance = sampleBalance({ mode: { warmupSec: 600, playersMax: 2 } })
    server = await startRoomServer({ balance, limits: { spectatorsMax: 2 } })
  })
  after(async () => await server.stop())

  it('[BAT-7] watches, plays and watches, each closing the one before, and errors are none', async () => {
    const ann = await join(server, 'ann', false)
    let eve = await join(server, 'eve', true)
    for (const spectate of [false, true, false, true, false]) {
      const earlier = eve
      eve = await join(server, 'eve', spectate)
      await until(() => earlier.closedWith !== undefined, 'the earlier one is closed')
      assert.equal(earlier.closedWith, 4409)
      const { roster, match } = sessionOf(eve)
      await until(() => roster.all.length === 2, 'two take part')
      assert.equal(roster.spectatorCount, spectate ? 1 : 0)
      assert.equal(match.world.soldierCount, spectate ? 1 : 2)
    }
    assert.equal(server.countOf('roomError'), 0)
    assert.equal(ann.closedWith, undefined)
    await Promise.all([ann.leave(), eve.leave()])
  })

  it('[BAT-7] sits down again from another place in a battle with no seat left', async () => {
    const others = [
      await join(server, 'bob', false),
      await join(server, 'eve', true),
      await join(server, 'max', true),
    ]
    const first = await join(server, 'ann', false)
    const again = await join(server, 'ann', false)
    assert.equal(again.roomId, first.roomId)
    assert.equal(again.netId, first.netId)
    await until(() => first.closedWith === 4409, 'the first is closed')
    await Promise.all([...others, again].map((one) => one.leave()))
  })

  it('[C-09] keeps the first role when the second has no place', async () => {
    const ann = await join(server, 'ann', false)
    const bob = await join(server, 'bob', false)
    const eve = await join(server, 'eve', true)
    await assert.rejects(server.client('eve').joinById(eve.roomId, {}))
    const seen = eve.snapshotCount
    await until(() => eve.snapshotCount > seen, 'the watching goes on')
    assert.equal(eve.closedWith, undefined)
    assert.equal(sessionOf(eve).roster.spectatorCount, 1)
    await Promise.all([ann.leave(), bob.leave(), eve.leave()])
    await until(() => matchMaker.getLocalRoomById(ann.roomId) === undefined, 'the end')
    assert.equal(server.countOf('roomError'), 0)
  })
})
