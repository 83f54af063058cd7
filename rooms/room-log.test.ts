/** What a room writes down: who came and went, and in which room and match. */
import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { LogFields, Logger } from './ports.ts'

it('[BAT-5] every line of a battle room carries room and match, from opening to end', async () => {
  const lines: (LogFields & { readonly text: string })[] = []
  const write = (fields: LogFields, text: string) => lines.push({ ...fields, text })
  const logger: Logger = { debug: write, info: write, warn: write, error: write }
  const balance = sampleBalance({
    mode: { warmupSec: 0.1, roundSec: 0.2, endedSec: 60, playersMin: 1, tickRateHz: 100 },
  })
  const server = await startRoomServer({ balance, ports: { logger } })
  try {
    const room = await server.client('ann').joinOrCreate('battlefield', {})
    const welcomes: { matchId: string }[] = []
    room.onMessage('*', () => undefined)
    room.onMessage('welcome', (welcome: { matchId: string }) => welcomes.push(welcome))
    await until(() => lines.length >= 4 && welcomes.length === 1, 'the join')
    await room.leave()
    await until(() => lines.length >= 6, 'the end of the room')
    const texts = [
      'a battle begins',
      'a battle room opens',
      'client joined',
      'a battle is over',
      'client gone',
      'a battle room is gone',
    ]
    assert.deepEqual(
      lines.map(({ text }) => text),
      texts,
    )
    assert.ok((welcomes[0]?.matchId ?? '').length > 0)
    for (const line of lines) {
      assert.equal(line['room'], room.roomId, line.text)
      assert.equal(line['match'], welcomes[0]?.matchId, line.text)
    }
    assert.equal(lines[4]?.['reason'], 'left')
  } finally {
    await server.stop()
  }
})
