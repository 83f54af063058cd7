/**
 * Who moves the camera: the own soldier, the director, a followed soldier, or the spectator's
 * hands. One update per picture; the maths is `camera.ts`.
 */
import type { BattleMap } from '@battalion/sim/balance.ts'
import { LifeState } from '@battalion/sim/world.ts'

import type { InputState } from '../input/input-state.ts'
import { moveOfKeys } from '../input/key-bindings.ts'
import {
  approachZoom,
  clampToMap,
  drift,
  follow,
  lookAhead,
  playerZoom,
  spectatorZoom,
  toWorld,
  zoomAt,
} from '../render/camera.ts'
import type { Camera } from '../render/camera.ts'
import { NOBODY } from './battle-source.ts'
import type { BattleSource, ObjectiveView } from './battle-source.ts'
import { Director } from './director.ts'

/** `own`: a player's; the others are a spectator's. */
export type CameraMode = 'own' | 'auto' | 'follow' | 'free'

/** Speed of the view under keys (screen widths a second). */
const PAN_SCREENS_PER_SEC = 0.7
/** Furthest a click may miss a soldier (m). */
const PICK_METRES = 2.5
/** How often the director looks (s), and the server hears where a spectator looks. */
const DIRECTOR_SEC = 0.4
const INTEREST_SEC = 0.25
/** The view may show this much beyond the map's edge (m). */
const EDGE_METRES = 14

export interface OperatorView {
  readonly source: BattleSource
  readonly objectives: readonly ObjectiveView[]
  readonly input: InputState
  readonly dtSec: number
}

export class CameraOperator {
  mode: CameraMode = 'auto'
  /** The soldier a spectator follows, or NOBODY. */
  followedId = NOBODY
  readonly #camera: Camera
  #director = new Director({ width: 1, depth: 1 })
  #map: BattleMap | undefined
  #zoomGoal: number | undefined
  #sinceDirectorSec = 0
  #sinceInterestSec = 0
  #hasScene = false

  constructor(camera: Camera) {
    this.#camera = camera
  }

  update(view: OperatorView): void {
    this.#loadMap(view.source)
    const isPlayer = view.source.own.netId !== NOBODY
    if (isPlayer) this.mode = 'own'
    else if (this.mode === 'own') this.setAuto()
    if (this.mode === 'own') this.#followOwn(view)
    else this.#spectate(view)
    const { widthMetres, depthMetres } = view.source.map
    clampToMap(this.#camera, { width: widthMetres, depth: depthMetres }, EDGE_METRES)
  }

  setAuto(): void {
    this.mode = 'auto'
    this.followedId = NOBODY
    this.#zoomGoal = undefined
  }

  /** Something happened: the director may want to see it. */
  addHeat(x: number, z: number): void {
    this.#director.addHeat(x, z)
  }

  drag(dx: number, dy: number): void {
    if (this.mode === 'own') return
    this.#free()
    this.#camera.x -= dx / this.#camera.zoom
    this.#camera.z -= dy / this.#camera.zoom
  }

  wheel(factor: number, at: { sx: number; sy: number }): void {
    if (this.mode === 'own') return
    if (this.mode === 'auto') this.#free()
    zoomAt(this.#camera, factor, at)
    this.#zoomGoal = this.#camera.zoom
  }

  goTo(x: number, z: number): void {
    if (this.mode === 'own') return
    this.#free()
    this.#camera.x = x
    this.#camera.z = z
  }

  /** Zooms out until the map fits. */
  showWholeMap(): void {
    const extent = this.#map
    if (extent === undefined || this.mode === 'own') return
    this.#free()
    const camera = this.#camera
    const { widthMetres, depthMetres } = extent
    camera.zoom = Math.min(camera.width / widthMetres, camera.height / depthMetres)
    camera.x = widthMetres / 2
    camera.z = depthMetres / 2
  }

  /** Follows the soldier under a screen point, if there is one. */
  pick(source: BattleSource, at: { sx: number; sy: number }): void {
    if (this.mode === 'own') return
    const point = toWorld(this.#camera, at.sx, at.sy)
    const { soldiers } = source
    let best = Math.max(PICK_METRES, 14 / this.#camera.zoom)
    for (let row = 0; row < soldiers.count; row++) {
      const away = Math.hypot(soldiers.x[row]! - point.x, soldiers.z[row]! - point.z)
      if (away >= best) continue
      best = away
      this.mode = 'follow'
      this.followedId = soldiers.netId[row]!
    }
  }

  #free(): void {
    this.mode = 'free'
    this.followedId = NOBODY
  }

  #loadMap(source: BattleSource): void {
    if (this.#map === source.map) return
    this.#map = source.map
    const extent = { width: source.map.widthMetres, depth: source.map.depthMetres }
    this.#director = new Director(extent)
    this.#hasScene = false
    this.#camera.x = extent.width / 2
    this.#camera.z = extent.depth / 2
  }

  #followOwn(view: OperatorView): void {
    const { own } = view.source
    const camera = this.#camera
    approachZoom(camera, playerZoom(camera.width, camera.height), view.dtSec)
    if (own.life !== LifeState.alive && own.life !== LifeState.down) return
    const isFar = Math.hypot(own.x - camera.x, own.z - camera.z) > 60
    if (isFar) Object.assign(camera, { x: own.x, z: own.z })
    follow(camera, lookAhead(own, view.input.aimPoint(camera, own)), view.dtSec)
  }

  #spectate(view: OperatorView): void {
    const camera = this.#camera
    const move = moveOfKeys(view.input.held)
    if (move.x !== 0 || move.z !== 0) {
      this.#free()
      const way = (PAN_SCREENS_PER_SEC * view.dtSec * camera.width) / camera.zoom
      camera.x += move.x * way
      camera.z += move.z * way
    }
    if (this.mode === 'auto') this.#direct(view)
    if (this.mode === 'follow') this.#followSoldier(view)
    if (this.mode !== 'free') {
      const goal = this.#zoomGoal ?? spectatorZoom(camera.width, camera.height)
      approachZoom(camera, goal, view.dtSec)
    }
    this.#sinceInterestSec += view.dtSec
    if (this.#sinceInterestSec < INTEREST_SEC) return
    this.#sinceInterestSec = 0
    view.source.setInterest(camera.x, camera.z)
  }

  #direct(view: OperatorView): void {
    const { soldiers } = view.source
    this.#sinceDirectorSec += view.dtSec
    if (this.#sinceDirectorSec >= DIRECTOR_SEC || !this.#hasScene) {
      this.#director.update(soldiers, view.objectives, this.#sinceDirectorSec)
      this.#sinceDirectorSec = 0
    }
    const { goal } = this.#director
    const isFirst = !this.#hasScene && soldiers.count > 0
    if (isFirst) {
      this.#hasScene = true
      Object.assign(this.#camera, goal)
      return
    }
    drift(this.#camera, goal, view.dtSec)
  }

  #followSoldier(view: OperatorView): void {
    const place = view.source.findPlace(this.followedId)
    if (place === undefined) {
      this.setAuto()
      return
    }
    follow(this.#camera, place, view.dtSec)
  }
}
