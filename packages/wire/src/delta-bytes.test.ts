/** What a quiet battle costs: bytes for what moved, not for who is there. */
import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import type { NetId, Tick } from '@battalion/base/ids.ts'
import { createCrowdWorld } from './crowd-world.ts'
import { SnapshotEncoder } from './snapshot-encoder.ts'
import { createViewer } from './snapshot-viewer.ts'
import { SNAPSHOT_BYTES_MAX } from './wire-limits.ts'

it('[BAT-3] [NET-3] with 1 of 64 moving a client gets less than a tenth of full snapshots', () => {
  const world = createCrowdWorld(64, 128)
  const encoder = new SnapshotEncoder(world)
  const viewer = createViewer({ netId: 0 as NetId, team: world.soldiers.team[0]! })
  const bytes = new Uint8Array(SNAPSHOT_BYTES_MAX)
  const sendSecond = (isFresh: boolean) => {
    let sum = 0
    for (let send = 0; send < world.mode.tickRateHz; send++) {
      world.tick = (world.tick + 1) as Tick
      world.events.count = 0
      world.soldiers.px[5]! += 0.25
      encoder.collectEvents()
      encoder.encode()
      if (isFresh) viewer.needKey = true
      sum += encoder.compose(viewer, bytes, 0)
    }
    return sum
  }
  sendSecond(false)
  const full = sendSecond(true)
  const delta = sendSecond(false)
  assert.ok(full > 64 * 14 * world.mode.tickRateHz, `${full} B/s hold everybody`)
  assert.ok(delta < full / 10, `${delta} of ${full} B/s`)
})
