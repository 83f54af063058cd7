/**
 * The picture of the battle: owns the WebGL renderer and the layers, bottom to top. The number of
 * draw calls is fixed by the layers and never depends on how many soldiers there are.
 */
import 'pixi.js/unsafe-eval'
import { Container, WebGLRenderer } from 'pixi.js'
import type { Balance, BattleMap } from '@battalion/sim/balance.ts'

import { NOBODY } from '../game/battle-source.ts'
import type { BattleSource, ObjectiveView, ProjectileFrame } from '../game/battle-source.ts'
import { Atlas } from './atlas.ts'
import { createCamera } from './camera.ts'
import type { Camera } from './camera.ts'
import { countDrawCalls } from './draw-call-counter.ts'
import type { DrawCallCounter } from './draw-call-counter.ts'
import { paintEffects } from './effect-sprites.ts'
import { Effects } from './effects.ts'
import { FogLayer } from './fog-layer.ts'
import { GroundLayer } from './ground-layer.ts'
import { ObjectiveLayer } from './objective-layer.ts'
import { packTint, packWhite, TEAM_COLOURS, teamColour } from './palette.ts'
import type { Palette } from './palette.ts'
import { QuadBatch } from './quad-batch.ts'
import { SoldierLayer } from './soldier-layer.ts'
import { paintSoldiers } from './soldier-sprites.ts'
import { isSoftwareRendered } from './software-rendering.ts'
import { ViewUniforms } from './view-uniforms.ts'
import { WallLayer } from './wall-layer.ts'

/** Quads under and over the walls: 1,000 soldiers of five quads each, and every effect. */
const UNDER_QUADS_MAX = 16384
const OVER_QUADS_MAX = 12288
/** Device pixels per CSS pixel; more costs fill rate and shows nothing. */
const PIXEL_RATIO_MAX = 2
const GHOST_TINT = packTint([1, 0.95, 0.35], 0.9)

export interface BattlefieldContent {
  readonly balance: Balance
  readonly map: BattleMap
}

/** What is made anew for another map. */
interface Layers {
  readonly content: BattlefieldContent
  readonly atlas: Atlas
  readonly ground: GroundLayer
  readonly walls: WallLayer
  readonly under: QuadBatch
  readonly over: QuadBatch
}

export class BattlefieldView {
  readonly camera: Camera = createCamera({ width: 1, depth: 1 })
  readonly drawCalls: DrawCallCounter
  readonly #renderer: WebGLRenderer
  readonly #stage = new Container()
  readonly #uniforms = new ViewUniforms()
  readonly #objectives: ObjectiveLayer
  readonly #fog: FogLayer
  #layers: Layers
  #palette: Palette
  #effects: Effects
  #soldiers: SoldierLayer
  #timeSec = 0

  private constructor(renderer: WebGLRenderer, content: BattlefieldContent, palette: Palette) {
    this.#renderer = renderer
    this.#palette = palette
    this.#objectives = new ObjectiveLayer(this.#uniforms)
    this.#fog = new FogLayer(palette, this.#uniforms)
    this.#layers = this.#createLayers(content)
    this.#effects = this.#createEffects()
    this.#soldiers = this.#createSoldiers()
    this.#stack()
    this.drawCalls = countDrawCalls(renderer.gl)
  }

  static async create(
    canvas: HTMLCanvasElement,
    content: BattlefieldContent,
    palette: Palette,
  ): Promise<BattlefieldView> {
    const renderer = new WebGLRenderer()
    const isSlow = isSoftwareRendered()
    await renderer.init({
      canvas,
      antialias: !isSlow,
      backgroundAlpha: 1,
      backgroundColor: 0x000000,
      resolution: isSlow ? 1 : Math.min(PIXEL_RATIO_MAX, globalThis.devicePixelRatio),
      width: Math.max(1, canvas.clientWidth),
      height: Math.max(1, canvas.clientHeight),
      autoDensity: false,
      hello: false,
      eventFeatures: { move: false, globalMove: false, click: false, wheel: false },
    })
    return new BattlefieldView(renderer, content, palette)
  }

  get effects(): Effects {
    return this.#effects
  }

  get soldiers(): SoldierLayer {
    return this.#soldiers
  }

  get palette(): Palette {
    return this.#palette
  }

  /** Shows another map, if it is another one. */
  load(content: BattlefieldContent): boolean {
    const old = this.#layers
    if (old.content.map === content.map && old.content.balance === content.balance) return false
    this.#layers = this.#createLayers(content)
    this.#effects = this.#createEffects()
    this.#soldiers = this.#createSoldiers()
    this.#stack()
    old.ground.destroy()
    old.walls.destroy()
    old.under.mesh.destroy()
    old.over.mesh.destroy()
    old.atlas.source.destroy()
    return true
  }

  #createLayers(content: BattlefieldContent): Layers {
    const atlas = paintAtlas(content.balance)
    return {
      content,
      atlas,
      ground: new GroundLayer(content.map, this.#palette, this.#uniforms),
      walls: new WallLayer(content.map, this.#palette, this.#uniforms),
      under: new QuadBatch(UNDER_QUADS_MAX, atlas, this.#uniforms),
      over: new QuadBatch(OVER_QUADS_MAX, atlas, this.#uniforms),
    }
  }

  #createEffects(): Effects {
    const { atlas, content } = this.#layers
    return new Effects(atlas, content.balance, () => Math.random())
  }

  #createSoldiers(): SoldierLayer {
    const { atlas, content } = this.#layers
    return new SoldierLayer(atlas, content.balance, TEAM_COLOURS.length)
  }

  /** Bottom to top. */
  #stack(): void {
    const { ground, under, walls, over } = this.#layers
    this.#stage.removeChildren()
    for (const layer of [ground, this.#objectives, under, walls, over, this.#fog]) {
      this.#stage.addChild(layer.mesh)
    }
  }

  applyPalette(palette: Palette): void {
    this.#palette = palette
    this.#layers.ground.applyPalette(palette)
    this.#layers.walls.applyPalette(palette)
    this.#fog.applyPalette(palette)
  }

  resize(width: number, height: number): void {
    if (this.camera.width === width && this.camera.height === height) return
    this.camera.width = width
    this.camera.height = height
    this.#renderer.resize(width, height)
  }

  /** Draws one picture. */
  draw(scene: SceneView): void {
    this.#timeSec += scene.dtSec
    this.effects.pool.step(scene.dtSec)
    this.#uniforms.write(this.camera, this.#timeSec)
    this.#objectives.write(scene.objectives)
    this.#fog.write(scene.fogCentre, scene.dtSec)
    this.#fillBatches(scene)
    this.drawCalls.begin()
    this.#renderer.render(this.#stage)
  }

  #fillBatches(scene: SceneView): void {
    const { source } = scene
    const { under, over } = this.#layers
    under.begin()
    over.begin()
    this.effects.draw(under, this.camera, true)
    if (scene.showGhost) this.#drawGhost(source)
    this.soldiers.draw({
      frame: source.soldiers,
      own: source.own,
      camera: this.camera,
      under,
      over,
      timeSec: this.#timeSec,
      dtSec: scene.dtSec,
      followedId: scene.followedId,
    })
    this.#drawProjectiles(source.projectiles)
    this.effects.draw(over, this.camera, false)
    this.#drawLetters(scene)
    under.end()
    over.end()
  }

  #drawGhost(source: BattleSource): void {
    if (source.own.netId === NOBODY) return
    const batch = this.#layers.under
    batch.straight()
    batch.frame = this.#layers.atlas.frame('dashed-ring')
    batch.tint = GHOST_TINT
    batch.width = batch.height = 2.2
    batch.put(source.own.ghostX, source.own.ghostZ)
    batch.turn(source.own.yaw)
    batch.frame = this.#layers.atlas.frame('silhouette')
    batch.tint = packTint([1, 0.95, 0.35], 0.35)
    batch.width = batch.height = 2.8
    batch.put(source.own.ghostX, source.own.ghostZ)
  }

  #drawProjectiles(projectiles: ProjectileFrame): void {
    const batch = this.#layers.over
    batch.glow = 0
    batch.lift = 0.8
    batch.turn(Math.round(this.#timeSec * 65536 * 1.4))
    for (let row = 0; row < projectiles.count; row++) {
      batch.frame = this.#layers.atlas.frame('glow')
      batch.tint = packTint([1, 0.6, 0.25], 0.7)
      batch.glow = 1
      batch.width = batch.height = 2.2
      batch.put(projectiles.x[row]!, projectiles.z[row]!)
      batch.frame = this.#layers.atlas.frame('grenade')
      batch.tint = packTint([0.85, 0.8, 0.62], 1)
      batch.glow = 0
      batch.width = batch.height = 0.6
      batch.put(projectiles.x[row]!, projectiles.z[row]!)
    }
    batch.lift = 0
  }

  /** The letter of each objective, upright over its middle. */
  #drawLetters(scene: SceneView): void {
    const batch = this.#layers.over
    batch.straight()
    batch.glow = 0
    let index = 0
    const size = Math.max(3.2, 26 / this.camera.zoom)
    for (const objective of scene.objectives) {
      batch.frame = this.#layers.atlas.frame('disc')
      batch.tint = packTint(teamColour(objective.owner).dark, 0.82)
      batch.width = batch.height = size
      batch.put(objective.x, objective.z)
      batch.frame = this.#layers.atlas.frame(`letter-${index}`)
      batch.tint = packWhite(0.96)
      batch.width = batch.height = size
      batch.put(objective.x, objective.z)
      index++
    }
  }
}

/** What one picture is drawn from. */
export interface SceneView {
  readonly source: BattleSource
  readonly objectives: readonly ObjectiveView[]
  readonly fogCentre: { x: number; z: number } | undefined
  readonly followedId: number
  readonly showGhost: boolean
  readonly dtSec: number
}

/** Letters of objectives; as many as a map may have. */
export const OBJECTIVE_LETTERS = 'ABCDEFGHIJKLMNOP'

function paintAtlas(balance: Balance): Atlas {
  const atlas = new Atlas()
  paintEffects(atlas)
  paintSoldiers(atlas, balance, TEAM_COLOURS.length)
  for (const [index, letter] of Array.from(OBJECTIVE_LETTERS).entries()) {
    atlas.paint(`letter-${index}`, 80, (context, size) => {
      context.fillStyle = '#fff'
      context.font = `800 ${size * 0.62}px system-ui, sans-serif`
      context.textAlign = 'center'
      context.textBaseline = 'middle'
      context.fillText(letter, size / 2, size * 0.54)
    })
  }
  atlas.commit()
  return atlas
}
