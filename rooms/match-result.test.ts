/** The result of a battle: whose rows it has, in which order, how much of it a client is told. */
import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { BattleResult } from '@battalion/wire/messages.ts'
import { RESULT_ROWS_TOLD_MAX, resultFor } from './match-result.ts'

const HZ = 20
const MODE = { warmupSec: 1, roundSec: 2, endedSec: 1, playersMin: 1, playersMax: 300 }

function wakeTimes(fake: ReturnType<typeof createFakeSession>, count: number): void {
  for (let wake = 0; wake < count; wake++) fake.wake()
}

describe('battle result', () => {
  it('[B6] orders rows by score, kills, fewer deaths, net id; [B1] the warm-up counts nowhere', () => {
    const fake = createFakeSession({ balance: sampleBalance({ mode: MODE }) })
    const [a, b, c] = ['a', 'b', 'c'].map((id) => fake.join(id))
    const early = fake.join('early')
    fake.wake()
    const { soldiers } = fake.session.match.world
    soldiers.score[early.netId] = 9000
    fake.session.leave(early)
    wakeTimes(fake, HZ + 1)
    assert.equal(fake.state.phase, 'running')
    const late = fake.join('late')
    soldiers.score[late.netId] = 5
    fake.session.leave(late)
    for (const { netId } of [a!, b!, c!]) soldiers.score[netId] = 7
    soldiers.deaths[a!.netId] = 2
    soldiers.kills[c!.netId] = 1
    wakeTimes(fake, 2 * HZ + 2)
    const [result] = fake.results
    assert.deepEqual(
      result?.players.map(({ name, left }) => [name, left === true]),
      [
        ['c', false],
        ['b', false],
        ['a', false],
        ['late', true],
      ],
    )
    assert.deepEqual(
      result.players.map(({ playedSec }) => playedSec),
      [2, 2, 2, 0],
    )
    assert.equal(result.durationSec, 2)
    assert.deepEqual(fake.errors, [])
  })

  it('[BAT-5] reports every row and tells a client the best ones and his own', () => {
    const fake = createFakeSession({ balance: sampleBalance({ mode: MODE }), isRecording: false })
    const players = Array.from({ length: 300 }, (_, index) => fake.join(`p${index}`))
    const told = new Map<string, BattleResult>()
    for (const { owner, name } of players) {
      owner.send = ((_: string, result: BattleResult) => told.set(name, result)) as never
    }
    wakeTimes(fake, HZ + 2)
    for (const { netId } of players) fake.session.match.world.soldiers.score[netId] = 1000 - netId
    wakeTimes(fake, 2 * HZ)
    assert.equal(fake.results[0]?.players.length, 300)
    assert.equal(told.size, 300)
    for (const { name, netId } of players) {
      const rows = told.get(name)!.players
      assert.ok(rows.length <= RESULT_ROWS_TOLD_MAX + 1)
      assert.equal(rows.filter((row) => row.netId === netId && row.name === name).length, 1)
    }
    assert.equal(resultFor(fake.results[0], 0xffff).players.length, RESULT_ROWS_TOLD_MAX)
  })

  it('[BAT-5] reaches who joins or comes back while it is on the screens', async () => {
    const mode = { warmupSec: 0.1, roundSec: 0.2, endedSec: 60, playersMin: 1, tickRateHz: 100 }
    const server = await startRoomServer({ balance: sampleBalance({ mode }) })
    try {
      const results: BattleResult[] = []
      for (const userId of ['ann', 'ann', 'bob']) {
        const room = await server.client(userId).joinOrCreate('battlefield', {})
        const count = results.length
        room.onMessage('*', () => undefined)
        room.onMessage('result', (result: BattleResult) => results.push(result))
        await until(() => results.length > count, `${userId} is told`)
      }
      assert.equal(new Set(results.map(({ matchId }) => matchId)).size, 1)
    } finally {
      await server.stop()
    }
  })
})
