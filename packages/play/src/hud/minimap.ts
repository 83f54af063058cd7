/**
 * The minimap: walls once, then soldiers, objectives and the camera's rectangle ten times a second
 * on a Canvas 2D. A click tells where on the map it was.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import type { BattleMap } from '@battalion/sim/balance.ts'

import { NOBODY } from '../game/battle-source.ts'
import type { ObjectiveView, OwnStatus, SoldierFrame } from '../game/battle-source.ts'
import type { Camera } from '../render/camera.ts'
import { cssColour, teamColour } from '../render/palette.ts'
import type { Palette } from '../render/palette.ts'
import { el } from './dom.ts'

const MINIMAP_PX = 208

export interface MinimapScene {
  readonly soldiers: SoldierFrame
  readonly own: OwnStatus
  readonly objectives: readonly ObjectiveView[]
  readonly camera: Camera
}

export class Minimap {
  readonly root: HTMLElement
  readonly #canvas = el('canvas', { class: 'minimap-canvas' })
  readonly #context: CanvasRenderingContext2D
  #base: HTMLCanvasElement | undefined
  #scale = 1
  #left = 0
  #top = 0

  constructor(go: (x: number, z: number) => void) {
    const ratio = Math.min(2, devicePixelRatio)
    this.#canvas.width = MINIMAP_PX * ratio
    this.#canvas.height = MINIMAP_PX * ratio
    this.#context = assertDefined(this.#canvas.getContext('2d'), 'Canvas 2D exists in a browser')
    this.#context.scale(ratio, ratio)
    this.root = el(
      'div',
      { class: 'minimap panel', attributes: { role: 'img', 'aria-label': 'Map of the battle' } },
      this.#canvas,
    )
    const point = (event: PointerEvent): void => {
      if (event.buttons === 0) return
      const bounds = this.#canvas.getBoundingClientRect()
      const sx = ((event.clientX - bounds.left) / bounds.width) * MINIMAP_PX
      const sy = ((event.clientY - bounds.top) / bounds.height) * MINIMAP_PX
      go((sx - this.#left) / this.#scale, (sy - this.#top) / this.#scale)
    }
    this.root.addEventListener('pointerdown', point)
    this.root.addEventListener('pointermove', point)
  }

  /** Paints the still part anew: another map, or another theme. */
  load(map: BattleMap, palette: Palette): void {
    const longest = Math.max(map.widthMetres, map.depthMetres)
    this.#scale = (MINIMAP_PX - 8) / longest
    this.#left = (MINIMAP_PX - map.widthMetres * this.#scale) / 2
    this.#top = (MINIMAP_PX - map.depthMetres * this.#scale) / 2
    const base = document.createElement('canvas')
    base.width = this.#canvas.width
    base.height = this.#canvas.height
    const context = assertDefined(base.getContext('2d'), 'Canvas 2D exists in a browser')
    context.scale(base.width / MINIMAP_PX, base.height / MINIMAP_PX)
    context.fillStyle = cssColour(palette.groundB, 0.95)
    context.fillRect(
      this.#left,
      this.#top,
      map.widthMetres * this.#scale,
      map.depthMetres * this.#scale,
    )
    for (const box of map.boxes) {
      context.fillStyle = cssColour(box.kind === 'wall' ? palette.roof : palette.cover)
      const width = Math.max(0.8, box.width * this.#scale)
      const depth = Math.max(0.8, box.depth * this.#scale)
      context.fillRect(
        this.#left + box.x * this.#scale,
        this.#top + box.z * this.#scale,
        width,
        depth,
      )
    }
    this.#base = base
  }

  draw(scene: MinimapScene): void {
    if (this.#base === undefined) return
    const context = this.#context
    context.clearRect(0, 0, MINIMAP_PX, MINIMAP_PX)
    context.drawImage(this.#base, 0, 0, MINIMAP_PX, MINIMAP_PX)
    this.#drawObjectives(scene.objectives)
    this.#drawSoldiers(scene)
    this.#drawCamera(scene.camera)
    if (scene.own.netId !== NOBODY && scene.own.life === 1) this.#drawOwn(scene.own)
  }

  #drawObjectives(objectives: readonly ObjectiveView[]): void {
    const context = this.#context
    context.font = '700 9px system-ui, sans-serif'
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    for (const [index, objective] of objectives.entries()) {
      const x = this.#left + objective.x * this.#scale
      const y = this.#top + objective.z * this.#scale
      const colour = teamColour(objective.owner)
      context.beginPath()
      context.arc(x, y, Math.max(7, objective.radius * this.#scale), 0, Math.PI * 2)
      context.fillStyle = cssColour(colour.main, 0.34)
      context.fill()
      context.lineWidth = 1.5
      context.strokeStyle = colour.css
      context.stroke()
      context.fillStyle = '#fff'
      context.fillText(String.fromCharCode(65 + index), x, y + 0.5)
    }
  }

  #drawSoldiers(scene: MinimapScene): void {
    const { soldiers } = scene
    const context = this.#context
    const size = soldiers.count > 400 ? 1.6 : 2.4
    for (let team = 0; team < 4; team++) {
      context.fillStyle = teamColour(team).css
      for (let row = 0; row < soldiers.count; row++) {
        if (soldiers.team[row] !== team || soldiers.life[row] !== 1) continue
        const x = this.#left + soldiers.x[row]! * this.#scale
        const y = this.#top + soldiers.z[row]! * this.#scale
        context.fillRect(x - size / 2, y - size / 2, size, size)
      }
    }
  }

  #drawCamera(camera: Camera): void {
    const context = this.#context
    const width = (camera.width / camera.zoom) * this.#scale
    const height = (camera.height / camera.zoom) * this.#scale
    const x = this.#left + camera.x * this.#scale - width / 2
    const y = this.#top + camera.z * this.#scale - height / 2
    context.strokeStyle = 'rgba(255,255,255,.85)'
    context.lineWidth = 1
    context.strokeRect(x, y, width, height)
  }

  #drawOwn(own: OwnStatus): void {
    const context = this.#context
    context.save()
    context.translate(this.#left + own.x * this.#scale, this.#top + own.z * this.#scale)
    context.rotate((own.yaw * Math.PI) / 32768)
    context.beginPath()
    context.moveTo(6, 0)
    context.lineTo(-4, -4)
    context.lineTo(-2, 0)
    context.lineTo(-4, 4)
    context.closePath()
    context.fillStyle = '#fff'
    context.strokeStyle = '#000'
    context.stroke()
    context.fill()
    context.restore()
  }
}
