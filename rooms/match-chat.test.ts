/** What a battle room tells chat: who has a soldier, who left, that it is gone. */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'

import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'

describe('chat of a battle room', () => {
  const told: string[] = []
  let server: RoomServer
  before(async () => {
    const matchChat = {
      entered: (who: { matchId: string; userId: string; team: number; squad: number }) =>
        void told.push(`entered ${who.userId} ${who.matchId} ${who.team} ${who.squad}`),
      left: (who: { userId: string }) => void told.push(`left ${who.userId}`),
      closed: () => void told.push('closed'),
    }
    server = await startRoomServer({ balance: sampleBalance(), ports: { matchChat } })
  })
  after(async () => await server.stop())

  it('a person comes and goes, the room closes; bots and spectators are not told of', async () => {
    const ada = await server.client('ada').joinOrCreate('battlefield')
    const others = [
      await server.client('bot-1').joinOrCreate('battlefield'),
      await server.client('eve').joinOrCreate('battlefield', { spectate: true }),
    ]
    for (const room of [ada, ...others]) room.onMessage('*', () => undefined)
    await until(() => told.length === 1, 'ada has entered')
    assert.match(told[0]!, /^entered ada match-1 [01] 0$/)
    for (const room of others) await room.leave()
    await ada.leave()
    await until(() => told.includes('closed'), 'the room is gone')
    assert.deepEqual(
      told.slice(1).filter((one) => !/bot-1|eve/.test(one)),
      ['left ada', 'closed'],
    )
    assert.ok(!told.some((one) => /^entered (bot-1|eve)/.test(one)))
  })
})
