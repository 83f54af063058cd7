/**
 * What each battle event looks like: turns events into births in the effect pool. Nothing here
 * decides anything; leaving it out would change no score.
 */
import type { Balance } from '@battalion/sim/balance.ts'

import type { BattleEvents } from '../game/battle-source.ts'
import type { Atlas } from './atlas.ts'
import { isInView } from './camera.ts'
import type { Camera } from './camera.ts'
import { EffectPool, TINT_STEPS } from './effect-pool.ts'
import type { EffectLook, EffectPen } from './effect-pool.ts'
import { packTint } from './palette.ts'
import type { QuadBatch } from './quad-batch.ts'

const Kind = {
  tracer: 0,
  flash: 1,
  flashGlow: 2,
  spark: 3,
  dust: 4,
  blastGlow: 5,
  blastRing: 6,
  fire: 7,
  smoke: 8,
  scorch: 9,
  hitRing: 10,
  fallRing: 11,
  spawnRing: 12,
  healPlus: 13,
  scanRing: 14,
  debris: 15,
  healRing: 16,
  supplyRing: 17,
} as const

const base = { stretch: 1, alpha: 1, glow: 0, colour: [1, 1, 1] } as const
const WARM = [1, 0.86, 0.55] as const
/** The reach of an ability, drawn once as it is used. */
const areaRing = {
  ...base,
  frame: 'hair-ring',
  lifeSec: 0.8,
  sizeFrom: 0.4,
  sizeTo: 2,
  alpha: 0.42,
  glow: 0.3,
} as const
const LOOKS: readonly EffectLook[] = [
  {
    ...base,
    frame: 'tracer',
    lifeSec: 0.2,
    sizeFrom: 0.5,
    sizeTo: 0.42,
    stretch: 16,
    glow: 0.85,
    colour: WARM,
  },
  {
    ...base,
    frame: 'flash',
    lifeSec: 0.07,
    sizeFrom: 1.1,
    sizeTo: 0.8,
    stretch: 1.4,
    glow: 0.9,
    colour: WARM,
  },
  {
    ...base,
    frame: 'glow',
    lifeSec: 0.1,
    sizeFrom: 4.4,
    sizeTo: 3,
    alpha: 0.5,
    glow: 1,
    colour: [1, 0.72, 0.34],
  },
  {
    ...base,
    frame: 'tracer',
    lifeSec: 0.26,
    sizeFrom: 0.16,
    sizeTo: 0.03,
    stretch: 5,
    glow: 1,
    colour: [1, 0.8, 0.42],
  },
  {
    ...base,
    frame: 'smoke',
    lifeSec: 0.7,
    sizeFrom: 0.5,
    sizeTo: 1.9,
    alpha: 0.34,
    colour: [0.82, 0.76, 0.66],
  },
  {
    ...base,
    frame: 'glow',
    lifeSec: 0.34,
    sizeFrom: 2.6,
    sizeTo: 4,
    glow: 1,
    colour: [1, 0.7, 0.3],
    lift: 1,
  },
  {
    ...base,
    frame: 'hair-ring',
    lifeSec: 0.36,
    sizeFrom: 0.5,
    sizeTo: 2.1,
    alpha: 0.6,
    glow: 0.4,
    colour: [1, 0.9, 0.7],
  },
  {
    ...base,
    frame: 'smoke',
    lifeSec: 0.5,
    sizeFrom: 1.4,
    sizeTo: 3.4,
    glow: 0.95,
    colour: [1, 0.5, 0.16],
    lift: 1,
  },
  {
    ...base,
    frame: 'smoke',
    lifeSec: 2.4,
    sizeFrom: 2.2,
    sizeTo: 6,
    alpha: 0.42,
    colour: [0.22, 0.22, 0.24],
    lift: 1.6,
  },
  {
    ...base,
    frame: 'scorch',
    lifeSec: 26,
    sizeFrom: 1.5,
    sizeTo: 1.5,
    alpha: 0.72,
    colour: [0.05, 0.04, 0.04],
    isDecal: true,
  },
  {
    ...base,
    frame: 'ring',
    lifeSec: 0.24,
    sizeFrom: 0.5,
    sizeTo: 1.9,
    alpha: 0.9,
    glow: 0.7,
    colour: [1, 0.95, 0.9],
  },
  {
    ...base,
    frame: 'ring',
    lifeSec: 0.8,
    sizeFrom: 0.8,
    sizeTo: 4.2,
    alpha: 0.7,
    glow: 0.6,
    colour: [1, 0.5, 0.4],
  },
  {
    ...base,
    frame: 'ring',
    lifeSec: 0.7,
    sizeFrom: 4.6,
    sizeTo: 0.8,
    alpha: 0.8,
    glow: 0.8,
    colour: [0.7, 0.92, 1],
  },
  {
    ...base,
    frame: 'plus',
    lifeSec: 0.9,
    sizeFrom: 0.7,
    sizeTo: 0.4,
    alpha: 0.95,
    glow: 0.4,
    colour: [0.42, 1, 0.6],
    lift: 1,
  },
  { ...areaRing, colour: [1, 0.82, 0.3] },
  {
    ...base,
    frame: 'white',
    lifeSec: 0.6,
    sizeFrom: 0.16,
    sizeTo: 0.08,
    stretch: 1.6,
    alpha: 0.95,
    colour: [0.2, 0.18, 0.15],
    lift: 0.8,
  },
  { ...areaRing, colour: [0.36, 0.95, 0.55] },
  { ...areaRing, colour: [0.45, 0.72, 1] },
]

const RING_OF_FORM = {
  heal: Kind.healRing,
  resupply: Kind.supplyRing,
  scan: Kind.scanRing,
} as const

/** Speed at which a tracer's head flies (m/s): slower than a bullet, so that it is seen. */
const TRACER_MPS = 210
const TRACER_HALF_METRES = 2.6
const MUZZLE_METRES = 1.1

export class Effects {
  readonly pool = new EffectPool(LOOKS)
  readonly #pens: EffectPen[]
  readonly #balance: Balance
  readonly #random: () => number

  constructor(atlas: Atlas, balance: Balance, random: () => number) {
    this.#balance = balance
    this.#random = random
    this.#pens = LOOKS.map((look) => ({
      frame: atlas.frame(look.frame),
      tints: Array.from({ length: TINT_STEPS }, (_, step) =>
        packTint(look.colour, look.alpha * fade(step / (TINT_STEPS - 1))),
      ),
    }))
  }

  draw(batch: QuadBatch, camera: Camera, decals: boolean): void {
    this.pool.draw(batch, this.#pens, { camera, decals })
  }

  shot(event: BattleEvents['shot'], camera: Camera): void {
    const dx = event.x2 - event.x
    const dz = event.z2 - event.z
    const length = Math.hypot(dx, dz)
    if (length < 0.01) return
    const middle = { x: event.x + dx / 2, z: event.z + dz / 2 }
    if (!isInView(camera, middle, length / 2 + 4)) return
    const dirX = dx / length
    const dirZ = dz / length
    const x = event.x + dirX * MUZZLE_METRES
    const z = event.z + dirZ * MUZZLE_METRES
    this.pool.add(Kind.flash, { x: x + dirX * 0.4, z: z + dirZ * 0.4, dirX, dirZ })
    this.pool.add(Kind.flashGlow, { x, z })
    if (this.#isThrown(event.weapon)) return
    const flight = length - MUZZLE_METRES - TRACER_HALF_METRES
    if (flight > 1) {
      this.pool.add(Kind.tracer, {
        x: x + dirX * TRACER_HALF_METRES,
        z: z + dirZ * TRACER_HALF_METRES,
        dirX,
        dirZ,
        speed: TRACER_MPS,
        lifeSec: Math.max(0.035, flight / TRACER_MPS),
      })
    }
    this.#impact({ x: event.x2, z: event.z2, dirX: -dirX, dirZ: -dirZ })
  }

  #isThrown(weapon: number): boolean {
    return this.#balance.weapons[weapon]?.kind === 'projectile'
  }

  #impact(at: { x: number; z: number; dirX: number; dirZ: number }): void {
    this.pool.add(Kind.dust, { x: at.x, z: at.z })
    for (let spark = 0; spark < 3; spark++) {
      const turn = (this.#random() - 0.5) * 2.2
      const cos = Math.cos(turn)
      const sin = Math.sin(turn)
      this.pool.add(Kind.spark, {
        x: at.x,
        z: at.z,
        dirX: at.dirX * cos - at.dirZ * sin,
        dirZ: at.dirX * sin + at.dirZ * cos,
        speed: 4 + this.#random() * 8,
      })
    }
  }

  impact(at: { x: number; z: number }): void {
    this.pool.add(Kind.hitRing, at)
  }

  fall(at: { x: number; z: number }): void {
    this.pool.add(Kind.fallRing, at)
  }

  explosion(event: BattleEvents['explosion'], camera: Camera): void {
    const weapon = this.#balance.weapons[event.weapon]
    const radius = weapon?.kind === 'projectile' ? weapon.blastRadiusMetres : 4
    const { x, z } = event
    if (!isInView(camera, event, radius * 2)) return
    this.pool.add(Kind.scorch, { x, z, size: radius })
    this.pool.add(Kind.blastGlow, { x, z, size: radius })
    this.pool.add(Kind.blastRing, { x, z, size: radius })
    for (let puff = 0; puff < 7; puff++) this.#blastPuff(x, z, radius)
    for (let piece = 0; piece < 10; piece++) {
      const angle = this.#random() * Math.PI * 2
      this.pool.add(piece % 2 === 0 ? Kind.debris : Kind.spark, {
        x,
        z,
        dirX: Math.cos(angle),
        dirZ: Math.sin(angle),
        speed: radius * (1.4 + this.#random() * 2.2),
        lifeSec: 0.3 + this.#random() * 0.4,
      })
    }
  }

  #blastPuff(x: number, z: number, radius: number): void {
    const angle = this.#random() * Math.PI * 2
    const dirX = Math.cos(angle)
    const dirZ = Math.sin(angle)
    const away = this.#random() * radius * 0.3
    const size = radius / 5
    const place = { x: x + dirX * away, z: z + dirZ * away, dirX, dirZ, size }
    this.pool.add(Kind.fire, { ...place, speed: radius * 0.5 })
    this.pool.add(Kind.smoke, { ...place, speed: 0.5, lifeSec: 1.4 + this.#random() * 1.4 })
  }

  spawn(event: BattleEvents['spawn']): void {
    this.pool.add(Kind.spawnRing, { x: event.x, z: event.z })
  }

  heal(at: { x: number; z: number }): void {
    for (let plus = 0; plus < 3; plus++) {
      this.pool.add(Kind.healPlus, {
        x: at.x + (this.#random() - 0.5) * 1.2,
        z: at.z - 0.4 + (this.#random() - 0.5) * 0.6,
        lifeSec: 0.6 + this.#random() * 0.5,
      })
    }
  }

  ability(event: BattleEvents['ability']): void {
    const ability = this.#balance.abilities[event.ability]
    if (ability === undefined || !('radiusMetres' in ability)) return
    this.pool.add(RING_OF_FORM[ability.form], {
      x: event.x,
      z: event.z,
      size: ability.radiusMetres,
    })
  }
}

function fade(share: number): number {
  return share < 0.25 ? 1 : 1 - (share - 0.25) / 0.75
}
