/** Every counter of a battle's limits reaches the metrics, once. */
import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { toMatchId } from '@battalion/base/ids.ts'
import { REWIND_MS_MAX, VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { BattleMatch } from './battle-match.ts'

it('[E-03] depths of rewind, clamped ones, hits behind cover and everything dropped at a limit are counted once', () => {
  const balance = sampleBalance({})
  const match = new BattleMatch({
    balance,
    mode: balance.modes[0]!,
    mapId: balance.maps[0]!.id,
    matchId: toMatchId('m'),
    seed: 1,
    playersMax: 4,
    startedAtMs: 0,
  })
  const told = new Map<string, number>()
  const metrics = {
    rewindDepth: (depthMs: number, count: number) => told.set(`${depthMs} ms`, count),
    shotsJudged: ({ shots, hits, voids }: { shots: number; hits: number; voids: number }) =>
      told.set('shots', shots).set('struck', hits).set('void', voids),
    rewindClamped: (count: number) => told.set('clamped', count),
    inputRejected: (reason: string, count: number) => told.set(reason, count),
    hitsBehindCover: (count: number) => told.set('cover', count),
    limitDropped: (limit: string, count: number) => told.set(limit, count),
  }
  match.step()
  match.tally.tell(metrics)
  assert.equal(told.size, 0)
  const { counters, events, scratch } = match.world
  const deepest = (REWIND_MS_MAX * match.world.mode.tickRateHz * VIEW_TIME_PER_TICK) / 1000
  scratch.rewindDepths[0] = 9
  scratch.rewindDepths[deepest] = 10
  counters.shotsJudged[0] = 10
  counters.hitsJudged[0] = 9
  counters.hitsVoid[0] = 1
  counters.rewindClamped[0] = 1
  counters.hitsBehindCover[0] = 2
  counters.rewindFuture[0] = 11
  counters.projectilesRefused[0] = 3
  events.droppedCount = 4
  match.tally.noteStep()
  const { counters: encoder } = match.encoder
  encoder.effectsDropped = 5
  encoder.killsDropped = 6
  encoder.marksDropped = 7
  encoder.farThinned = 8
  match.tally.tell(metrics)
  const rewinds = { '0 ms': 9, '250 ms': 10, clamped: 1, future: 11 }
  const shots = { shots: 10, struck: 9, void: 1 }
  const all = { ...shots, ...rewinds, cover: 2, projectiles: 3, events: 4 }
  assert.deepEqual(Object.fromEntries(told), { ...all, effects: 5, kills: 6, marks: 7, far: 8 })
  told.clear()
  match.tally.tell(metrics)
  assert.equal(told.size, 0)
})
