/** Many joins at once [B-07]: nobody over the limit, the listing true at every moment. */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, testToken, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { matchMaker } from '@colyseus/core'
import { chooseBattle } from '../matchmaker/choose-battle.ts'
import type { BattleListing, BattleMetadata } from '../matchmaker/choose-battle.ts'

const PLAYERS_MAX = 16

async function listings(): Promise<BattleListing[]> {
  const rooms = await matchMaker.query({ name: 'battlefield' })
  return rooms.map(({ roomId, metadata }) => ({ ...(metadata as BattleMetadata), roomId }))
}

const token = (join: number) => ({
  token: testToken(`herd${join}`),
  headers: new Headers(),
  ip: '127.0.0.1',
})

describe('a herd of joins', () => {
  let server: RoomServer
  before(async () => {
    const balance = sampleBalance({ mode: { warmupSec: 600, playersMax: PLAYERS_MAX } })
    server = await startRoomServer({ balance, limits: { seatTimeoutSec: 1 } })
  })
  after(async () => await server.stop())

  it('[B-07] seats 100 in exactly as many rooms as they need, by the listing alone', async () => {
    for (let join = 0; join < 100; join++) {
      const choice = chooseBattle({}, await listings())
      assert.ok(!('refuse' in choice))
      if ('join' in choice) await matchMaker.joinById(choice.join, {}, token(join))
      else await matchMaker.create('battlefield', {}, token(join))
      for (const { players, playersMax } of await listings()) assert.ok(players <= playersMax)
    }
    assert.equal((await listings()).length, Math.ceil(100 / PLAYERS_MAX))
    await assert.rejects(matchMaker.joinById((await listings())[0]!.roomId, {}, token(1000)))
    await until(() => matchMaker.stats.local.roomCount === 0, 'empty rooms are disposed', 6000)
    assert.deepEqual(server.errors, [])
  })
})
