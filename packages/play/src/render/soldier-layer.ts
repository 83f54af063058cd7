/**
 * Draws every soldier of a frame into two quad batches: shadows, rings and bodies under the walls,
 * marks over them. Keeps a little picture state per net id (steps walked, flash left); knows no
 * rules.
 */
import { LifeState, SoldierFlag } from '@battalion/sim/world.ts'
import { SOLDIERS_MAX } from '@battalion/sim/limits.ts'
import type { Balance } from '@battalion/sim/balance.ts'

import { NOBODY } from '../game/battle-source.ts'
import type { OwnStatus, SoldierFrame } from '../game/battle-source.ts'
import type { Atlas, AtlasFrame } from './atlas.ts'
import type { Camera } from './camera.ts'
import { packTint, packWhite, teamColour } from './palette.ts'
import type { QuadBatch } from './quad-batch.ts'
import { classGlyph, POSES, SOLDIER_METRES, soldierFrameName } from './soldier-sprites.ts'

/** A soldier never gets smaller than this on the screen (px), however far the eye is. */
const SOLDIER_PX_MIN = 15
/** Below this zoom (px per metre) badges and bars would only be noise. */
const DETAIL_ZOOM_MIN = 8
const FLASH_SEC = 0.16
const STEP_METRES = 0.9
const TEAMS = 4

const WHITE = packWhite(1)
const SHADOW = packTint([0, 0, 0], 0.42)
const FLASH = packTint([1, 0.92, 0.85], 0.85)
const BAR_BACK = packTint([0.02, 0.03, 0.04], 0.72)
const BAR_GOOD = packTint([0.36, 0.87, 0.5], 1)
const BAR_BAD = packTint([1, 0.32, 0.26], 1)
const SPOTTED = packTint([1, 0.83, 0.25], 1)
const RING_PROTECTED = packTint([0.75, 0.92, 1], 0.8)
const THROUGH = packWhite(0.3)
const THROUGH_OWN = packWhite(0.65)
const DIMMED = packTint([0.72, 0.74, 0.78], 0.78)

export class SoldierLayer {
  /** Soldiers drawn by the last `draw`. */
  drawnCount = 0
  readonly #bodies: AtlasFrame[] = []
  readonly #badges: AtlasFrame[]
  readonly #frames: Record<
    'blob' | 'ring' | 'boots' | 'silhouette' | 'white' | 'dashed' | 'plus' | 'arrow' | 'glow',
    AtlasFrame
  >
  readonly #classCount: number
  readonly #lastX = new Float32Array(SOLDIERS_MAX)
  readonly #lastZ = new Float32Array(SOLDIERS_MAX)
  readonly #walked = new Float32Array(SOLDIERS_MAX)
  readonly #flash = new Float32Array(SOLDIERS_MAX)

  constructor(atlas: Atlas, balance: Balance, teamCount: number) {
    this.#classCount = balance.classes.length
    for (let team = 0; team < teamCount; team++) {
      for (let index = 0; index < this.#classCount; index++) {
        for (const pose of POSES)
          this.#bodies.push(atlas.frame(soldierFrameName(team, index, pose)))
      }
    }
    this.#badges = balance.classes.map((_, index) =>
      atlas.frame(`badge-${classGlyph(balance, index)}`),
    )
    this.#frames = {
      blob: atlas.frame('blob'),
      ring: atlas.frame('thin-ring'),
      boots: atlas.frame('boots'),
      silhouette: atlas.frame('silhouette'),
      white: atlas.frame('white'),
      dashed: atlas.frame('dashed-ring'),
      plus: atlas.frame('plus'),
      arrow: atlas.frame('arrow'),
      glow: atlas.frame('glow'),
    }
  }

  /** Starts a soldier's hurt flash. */
  flash(netId: number): void {
    if (netId < SOLDIERS_MAX) this.#flash[netId] = FLASH_SEC
  }

  draw(view: SoldierView): void {
    this.drawnCount = 0
    const { frame, camera } = view
    const scale = Math.max(1, SOLDIER_PX_MIN / (1.1 * camera.zoom))
    const halfX = camera.width / camera.zoom / 2 + 3
    const halfZ = camera.height / camera.zoom / 2 + 3
    this.#drawShadows(view, { scale, halfX, halfZ })
    for (let row = 0; row < frame.count; row++) {
      const x = frame.x[row]!
      const z = frame.z[row]!
      if (Math.abs(x - camera.x) > halfX || Math.abs(z - camera.z) > halfZ) continue
      this.#drawBody(view, row, scale)
      this.drawnCount++
    }
  }

  #drawShadows(view: SoldierView, cut: { scale: number; halfX: number; halfZ: number }): void {
    const { frame, camera, under } = view
    under.straight()
    under.lift = 0
    under.glow = 0
    under.frame = this.#frames.blob
    under.tint = SHADOW
    under.width = 1.7 * cut.scale
    under.height = 1.35 * cut.scale
    for (let row = 0; row < frame.count; row++) {
      const x = frame.x[row]!
      const z = frame.z[row]!
      if (Math.abs(x - camera.x) > cut.halfX || Math.abs(z - camera.z) > cut.halfZ) continue
      under.put(x + 0.18, z + 0.14)
    }
  }

  #drawBody(view: SoldierView, row: number, scale: number): void {
    const { frame, under } = view
    const netId = frame.netId[row]!
    const x = frame.x[row]!
    const z = frame.z[row]!
    const isDown = frame.life[row] === LifeState.down
    this.#drawRing(view, row, scale)
    under.turn(frame.yaw[row]!)
    under.width = under.height = SOLDIER_METRES * scale
    if (!isDown) this.#drawBoots(view, row)
    under.tint = frame.far[row] === 1 ? DIMMED : WHITE
    under.frame = this.#bodyFrame(frame, row)
    under.put(x, z)
    const flash = netId < SOLDIERS_MAX ? this.#flash[netId]! : 0
    if (flash > 0) {
      this.#flash[netId] = flash - view.dtSec
      under.frame = this.#frames.silhouette
      under.tint = FLASH
      under.put(x, z)
    }
    this.#drawThroughWalls(view, row)
    if (view.camera.zoom >= DETAIL_ZOOM_MIN) this.#drawMarks(view, row, scale)
    else if (isDown) this.#drawDownMark(view, row, scale)
  }

  /** The same picture again over the walls, faint: unseen in the open, a shape behind a wall. */
  #drawThroughWalls(view: SoldierView, row: number): void {
    const { frame, under, over, own } = view
    over.glow = 0
    over.lift = 0
    over.frame = this.#bodyFrame(frame, row)
    over.tint = frame.netId[row] === own.netId ? THROUGH_OWN : THROUGH
    over.width = over.height = under.width
    over.turn(frame.yaw[row]!)
    over.put(frame.x[row]!, frame.z[row]!)
  }

  #bodyFrame(frame: SoldierFrame, row: number): AtlasFrame {
    const isDown = frame.life[row] === LifeState.down
    const isCrouched = (frame.flags[row]! & SoldierFlag.crouched) !== 0
    const pose = isDown ? 2 : isCrouched ? 1 : 0
    const team = Math.min(frame.team[row]!, TEAMS - 1)
    const index = (team * this.#classCount + frame.classId[row]!) * POSES.length + pose
    return this.#bodies[index] ?? this.#bodies[0]!
  }

  #drawBoots(view: SoldierView, row: number): void {
    const { frame, under } = view
    const netId = frame.netId[row]! % SOLDIERS_MAX
    const x = frame.x[row]!
    const z = frame.z[row]!
    const moved = Math.hypot(x - this.#lastX[netId]!, z - this.#lastZ[netId]!)
    this.#lastX[netId] = x
    this.#lastZ[netId] = z
    if (moved < 0.002) return
    if (moved < 3) this.#walked[netId] = (this.#walked[netId]! + moved) % (2 * STEP_METRES)
    under.frame = this.#frames.boots
    under.tint = WHITE
    const height = under.height
    if (this.#walked[netId]! > STEP_METRES) under.height = -height
    under.put(x, z)
    under.height = height
  }

  #drawRing(view: SoldierView, row: number, scale: number): void {
    const { frame, under, own } = view
    const x = frame.x[row]!
    const z = frame.z[row]!
    under.straight()
    if (frame.netId[row] === own.netId) {
      under.frame = this.#frames.glow
      under.tint = packTint(teamColour(frame.team[row]!).main, 0.75)
      under.width = under.height = 4.4 * scale
      under.put(x, z)
      under.frame = this.#frames.ring
      under.tint = packWhite(0.95)
      under.width = under.height = 2.3 * scale
      under.put(x, z)
    } else if (frame.netId[row] === view.followedId) {
      under.frame = this.#frames.dashed
      under.tint = packWhite(0.9)
      under.width = under.height = 2.6 * scale
      under.put(x, z)
    }
    if ((frame.flags[row]! & SoldierFlag.protected) !== 0) {
      under.frame = this.#frames.ring
      under.tint = RING_PROTECTED
      under.width = under.height = 2 * scale
      under.put(x, z)
    }
  }

  #drawMarks(view: SoldierView, row: number, scale: number): void {
    const { frame, over } = view
    const x = frame.x[row]!
    const z = frame.z[row]!
    over.straight()
    over.glow = 0
    if (frame.life[row] === LifeState.down) {
      this.#drawDownMark(view, row, scale)
      return
    }
    const isFriend = view.own.netId === NOBODY || frame.team[row] === view.own.team
    if (isFriend && frame.netId[row] !== view.own.netId && view.camera.zoom > 17) {
      over.frame = this.#badges[frame.classId[row]!] ?? this.#badges[0]!
      over.tint = packTint([1, 1, 1], frame.far[row] === 1 ? 0.5 : 0.9)
      over.width = over.height = 0.62
      over.put(x, z - 1.28)
    }
    const health = frame.health[row]!
    if (health > 0 && health < 250 && frame.far[row] === 0) this.#drawBar(over, frame, row)
    if ((frame.flags[row]! & SoldierFlag.spotted) !== 0 && !isFriend) {
      over.frame = this.#frames.dashed
      over.tint = SPOTTED
      over.width = over.height = 2.5
      over.put(x, z)
    }
  }

  #drawBar(over: QuadBatch, frame: SoldierFrame, row: number): void {
    const share = frame.health[row]! / 255
    const x = frame.x[row]!
    const z = frame.z[row]! - 0.92
    over.frame = this.#frames.white
    over.tint = BAR_BACK
    over.width = 1.36
    over.height = 0.2
    over.put(x, z)
    over.tint = share > 0.45 ? BAR_GOOD : BAR_BAD
    over.width = 1.28 * share
    over.height = 0.12
    over.put(x - 0.64 * (1 - share), z)
  }

  #drawDownMark(view: SoldierView, row: number, scale: number): void {
    const { frame, over } = view
    const beat = 0.75 + 0.25 * Math.sin(view.timeSec * 6 + frame.netId[row]!)
    over.straight()
    over.glow = 0
    over.frame = this.#frames.plus
    over.tint = packTint(teamColour(frame.team[row]!).main, 0.5 + 0.5 * beat)
    over.width = over.height = (0.6 + 0.16 * beat) * scale
    over.put(frame.x[row]!, frame.z[row]! - 1.1 * scale)
  }
}

/** What one picture of the soldiers is drawn from. */
export interface SoldierView {
  readonly frame: SoldierFrame
  readonly own: OwnStatus
  readonly camera: Camera
  /** Bodies; the walls cover these. */
  readonly under: QuadBatch
  /** Marks; nothing covers these. */
  readonly over: QuadBatch
  readonly timeSec: number
  readonly dtSec: number
  /** Soldier a spectator follows, or NOBODY. */
  readonly followedId: number
}
