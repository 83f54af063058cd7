/**
 * Work space of a step, made once so that a step allocates nothing. Everything here but
 * `rewindDepths`, which no rule reads, is written before it is read within one step; saving a
 * world leaves it out.
 */
import { assert } from '@battalion/base/assert.ts'
import type { SoldierClass } from './balance.ts'
import type { Command } from './commands.ts'
import type { CompiledMap } from './compiled-map.ts'
import type { HitGrid } from './hit-grid.ts'
import type { Blow } from './damage.ts'
import { createHitGrid } from './hit-grid.ts'
import type { ShotHits } from './shot-hits.ts'
import { createShotHits } from './shot-hits.ts'
import { OBJECTIVES_MAX, TEAMS_MAX } from './limits.ts'
import { Trace } from './trace.ts'
import type { Launch } from './projectiles.ts'
import type { ViewTime } from './rewind.ts'
import { PastSoldier, REWIND_DEPTHS_COUNT } from './rewind.ts'

export interface StepScratch {
  readonly hitGrid: HitGrid
  /** The command being carried out. */
  readonly command: Command
  /** What movement needs to know; the class changes with the soldier. */
  readonly environment: { readonly map: CompiledMap; class: SoldierClass; readonly dtSec: number }
  readonly viewTime: ViewTime
  readonly past: PastSoldier
  /** Hit-scan shots by how far back they were judged (eighths of a tick); only grows. */
  readonly rewindDepths: Uint32Array
  /** The line being traced. */
  readonly trace: Trace
  readonly hits: ShotHits
  readonly launch: Launch
  /** The blow being dealt. */
  readonly blow: Blow
  /** Living soldiers of each team at one objective. */
  readonly presence: Uint16Array
}

/** What the work space is sized and filled from. */
export interface ScratchSetup {
  readonly map: CompiledMap
  readonly capacity: number
  readonly dtSec: number
  readonly class: SoldierClass
}

/** Work space for worlds of this size. */
export function createStepScratch(setup: ScratchSetup): StepScratch {
  const { map, capacity, dtSec } = setup
  assert(capacity > 0, 'the work space has room')
  assert(dtSec > 0, 'a step takes time')
  return {
    hitGrid: createHitGrid(map, capacity),
    command: { seq: 0, buttons: 0, moveX: 0, moveZ: 0, yaw: 0, aimDistance: 0, viewTime: 0 },
    environment: { map, class: setup.class, dtSec },
    viewTime: { eighths: 0, clamped: false, future: false },
    past: new PastSoldier(),
    rewindDepths: new Uint32Array(REWIND_DEPTHS_COUNT),
    trace: new Trace(),
    hits: createShotHits(),
    blow: { actor: 0, actorTeam: 0, target: 0, weapon: 0, damage: 0, flags: 0 },
    launch: { owner: 0, weapon: 0, angle: 0 },
    presence: new Uint16Array(TEAMS_MAX * OBJECTIVES_MAX),
  }
}
