/** Own shots against the screen: two clients in one loopback battle, one shoots at the other. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { angleOfVector } from '@battalion/base/trig-table.ts'
import { Button } from '@battalion/sim/commands.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { INTENT_AT_REST } from './intent.ts'
import { createInterpolatedEntities } from './interpolated-entities.ts'
import { LoopbackBattle } from './testing/loopback-battle.ts'

const screen = createInterpolatedEntities()

/** A shooter at (50, 50) and a target that walks along z, 20 m away. */
function range(options: { readonly latencyMs: number; readonly offMetres?: number }) {
  const balance = sampleBalance({ rifle: { spreadDegrees: 0, spreadMovingDegrees: 0 } })
  const battle = new LoopbackBattle(balance, balance.modes[0]!.id)
  const shooter = battle.join({ team: 0, latencyMs: options.latencyMs })
  const target = battle.join({ team: 1 })
  const { soldiers } = battle.world
  const place = (netId: number, x: number, z: number) => {
    soldiers.px[netId] = x
    soldiers.pz[netId] = z
    soldiers.protectedUntilTick[netId] = 0
  }
  place(shooter.own.netId, 50, 50)
  place(target.own.netId, 70, 50)
  let sign = 1
  const visit = () => {
    soldiers.hp[target.own.netId] = 100
    if (battle.nowMs % 1500 === 0) sign = -sign
    target.setIntent({ ...INTENT_AT_REST, moveZ: sign })
    shooter.sample(battle.nowMs, screen)
    const row = screen.rowOf[target.own.netId]!
    if (row < 0) return
    const toZ = screen.z[row]! + (options.offMetres ?? 0) - shooter.own.z
    const yaw = angleOfVector(screen.x[row]! - shooter.own.x, toZ)
    const buttons = battle.nowMs > 3000 ? Button.fire : 0
    shooter.setIntent({ ...INTENT_AT_REST, yaw, buttons })
  }
  battle.run(8000, visit)
  return shooter.seenHits
}

describe('SeenHits', () => {
  it('[BAT-4] [C10] sees every shot at a walking enemy hit, and the server confirms', () => {
    for (const latencyMs of [0, 40]) {
      const counts = range({ latencyMs })
      assert.ok(counts.judged >= 15, JSON.stringify(counts))
      assert.equal(counts.seen, counts.judged)
      assert.equal(counts.confirmed, counts.seen, JSON.stringify(counts))
      assert.equal(counts.unseen + counts.unjudged, 0)
    }
  })

  it('[BAT-4] sees no hit in a shot past the enemy, and the server gives none', () => {
    const counts = range({ latencyMs: 40, offMetres: 0.6 })
    assert.ok(counts.judged >= 15, JSON.stringify(counts))
    assert.equal(counts.seen + counts.unseen, 0, JSON.stringify(counts))
  })

  it('[C9] tells of shots beyond the bound, which the server does not confirm', () => {
    const counts = range({ latencyMs: 250 })
    assert.equal(counts.clamped, counts.judged)
    assert.ok(counts.confirmed < counts.seen / 2, JSON.stringify(counts))
  })
})
