/**
 * Short-lived pictures: tracers, flashes, sparks, smoke, rings, scorch marks. A pool of columns,
 * stepped by time; when full, the oldest makes room. Pure but for the batch it draws into; chance
 * is an argument.
 */
import type { Camera } from './camera.ts'
import type { QuadBatch } from './quad-batch.ts'

/** Effects alive at once; past it the oldest is overwritten. */
export const EFFECTS_MAX = 3072

/** How one kind of effect looks over its life. */
export interface EffectLook {
  /** Name in the atlas. */
  readonly frame: string
  readonly lifeSec: number
  /** Size at birth and at the end (m). */
  readonly sizeFrom: number
  readonly sizeTo: number
  /** Length over width; 1 = square. */
  readonly stretch: number
  readonly alpha: number
  /** 0 = paint, 1 = light. */
  readonly glow: number
  readonly colour: readonly [number, number, number]
  /** Drawn under the soldiers. */
  readonly isDecal?: boolean
  readonly lift?: number
}

export interface EffectBirth {
  readonly x: number
  readonly z: number
  /** Direction, a unit vector; also the way it is turned. */
  readonly dirX?: number
  readonly dirZ?: number
  readonly speed?: number
  readonly lifeSec?: number
  readonly size?: number
}

export class EffectPool {
  readonly looks: readonly EffectLook[]
  readonly #kind = new Uint8Array(EFFECTS_MAX)
  readonly #life = new Float32Array(EFFECTS_MAX)
  readonly #age = new Float32Array(EFFECTS_MAX)
  readonly #x = new Float32Array(EFFECTS_MAX)
  readonly #z = new Float32Array(EFFECTS_MAX)
  readonly #dirX = new Float32Array(EFFECTS_MAX)
  readonly #dirZ = new Float32Array(EFFECTS_MAX)
  readonly #speed = new Float32Array(EFFECTS_MAX)
  readonly #size = new Float32Array(EFFECTS_MAX)
  #next = 0

  constructor(looks: readonly EffectLook[]) {
    this.looks = looks
  }

  /** Effects alive now. */
  get aliveCount(): number {
    let count = 0
    for (let index = 0; index < EFFECTS_MAX; index++) if (this.#life[index]! > 0) count++
    return count
  }

  add(kind: number, birth: EffectBirth): void {
    const index = this.#next
    this.#next = (index + 1) % EFFECTS_MAX
    const look = this.looks[kind]!
    this.#kind[index] = kind
    this.#life[index] = birth.lifeSec ?? look.lifeSec
    this.#age[index] = 0
    this.#x[index] = birth.x
    this.#z[index] = birth.z
    this.#dirX[index] = birth.dirX ?? 1
    this.#dirZ[index] = birth.dirZ ?? 0
    this.#speed[index] = birth.speed ?? 0
    this.#size[index] = birth.size ?? 1
  }

  step(dtSec: number): void {
    for (let index = 0; index < EFFECTS_MAX; index++) {
      if (this.#life[index]! <= 0) continue
      const age = this.#age[index]! + dtSec
      this.#age[index] = age
      if (age >= this.#life[index]!) {
        this.#life[index] = 0
        continue
      }
      const way = this.#speed[index]! * dtSec
      this.#x[index]! += this.#dirX[index]! * way
      this.#z[index]! += this.#dirZ[index]! * way
    }
  }

  /** Draws the decals, or everything else. */
  draw(
    batch: QuadBatch,
    pens: readonly EffectPen[],
    view: { camera: Camera; decals: boolean },
  ): void {
    const { camera, decals } = view
    const halfX = camera.width / camera.zoom / 2 + 8
    const halfZ = camera.height / camera.zoom / 2 + 8
    for (let index = 0; index < EFFECTS_MAX; index++) {
      if (this.#life[index]! <= 0) continue
      const kind = this.#kind[index]!
      const look = this.looks[kind]!
      if ((look.isDecal === true) !== decals) continue
      const x = this.#x[index]!
      const z = this.#z[index]!
      if (Math.abs(x - camera.x) > halfX || Math.abs(z - camera.z) > halfZ) continue
      const share = this.#age[index]! / this.#life[index]!
      const size = (look.sizeFrom + (look.sizeTo - look.sizeFrom) * share) * this.#size[index]!
      const pen = pens[kind]!
      batch.frame = pen.frame
      batch.tint = pen.tints[Math.min(TINT_STEPS - 1, Math.floor(share * TINT_STEPS))]!
      batch.glow = look.glow
      batch.lift = look.lift ?? 0
      batch.width = size * look.stretch
      batch.height = size
      batch.turnAlong(this.#dirX[index]!, this.#dirZ[index]!)
      batch.put(x, z)
    }
    batch.lift = 0
    batch.glow = 0
  }
}

/** Fading is drawn in this many steps, whose tints are packed beforehand. */
export const TINT_STEPS = 16

/** A look made ready for drawing. */
export interface EffectPen {
  readonly frame: QuadBatch['frame']
  readonly tints: readonly number[]
}
