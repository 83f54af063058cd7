/** Every counter of a battle's limits reaches the metrics, once. */
import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { toMatchId } from '@battalion/base/ids.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { BattleMatch } from './battle-match.ts'

it('[E-03] clamped rewinds, hits behind cover and everything dropped at a limit are counted once', () => {
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
    rewindClamped: (count: number) => told.set('clamped', count),
    hitsBehindCover: (count: number) => told.set('cover', count),
    limitDropped: (limit: string, count: number) => told.set(limit, count),
  }
  match.step()
  match.tally.tell(metrics)
  assert.equal(told.size, 0)
  const { counters, events } = match.world
  counters.rewindClamped[0] = 1
  counters.hitsBehindCover[0] = 2
  counters.projectilesRefused[0] = 3
  events.droppedCount = 4
  match.tally.noteStep()
  const { counters: encoder } = match.encoder
  encoder.effectsDropped = 5
  encoder.killsDropped = 6
  encoder.marksDropped = 7
  encoder.farThinned = 8
  match.tally.tell(metrics)
  const all = { clamped: 1, cover: 2, projectiles: 3, events: 4 }
  assert.deepEqual(Object.fromEntries(told), { ...all, effects: 5, kills: 6, marks: 7, far: 8 })
  told.clear()
  match.tally.tell(metrics)
  assert.equal(told.size, 0)
})
