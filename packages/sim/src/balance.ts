/**
 * The balance: every number a designer may turn, validated and versioned. `parse-balance.ts` makes
 * one from JSON and stops at the first wrong value with file and path; nothing else makes one.
 * Indexes (weapon, class, ability, mode, map) are positions in these lists and go on the wire.
 */

export interface Balance {
  /** Names this content in room state and in `GET /v1/balance/{version}`. 1..64 of [a-z0-9.-]. */
  readonly version: string
  readonly formulas: Formulas
  readonly weapons: readonly Weapon[]
  readonly abilities: readonly Ability[]
  readonly classes: readonly SoldierClass[]
  readonly levels: LevelCurve
  readonly modes: readonly Mode[]
  readonly maps: readonly BattleMap[]
}

/** Named forms with coefficients; there is no expression language. */
export interface Formulas {
  /** Damage by distance: full to `falloffStart`, linear to `falloffEnd`, then `damageMin`. */
  readonly falloff: { readonly form: 'linear' | 'none' }
  /**
   * What armour does: `absorb` takes `ratio` of damage from armour first; `reduce` =
   * dmg·k/(k+armour).
   */
  readonly armour:
    | { readonly form: 'absorb'; readonly ratio: number }
    | { readonly form: 'reduce'; readonly k: number }
  /** What class defence does: percent off, or flat off with a floor of 1. */
  readonly defence: { readonly form: 'percent' | 'flat' }
  /** Area damage by distance from the centre: linear or quadratic to 0 at the radius. */
  readonly blast: {
    readonly form: 'linear' | 'quadratic'
    /**
     * Share that low cover between blast and target lets through (0..1); walls let through none.
     */
    readonly coverRatio: number
  }
  /** Share of damage done to one's own team (0 = friendly fire off), by mode override. */
  readonly friendlyFireRatio: number
  /** Multiplier of score for each deed. */
  readonly score: {
    readonly kill: number
    readonly assist: number
    readonly revive: number
    readonly healPerHp: number
    readonly capture: number
    readonly defend: number
    readonly resupply: number
  }
  /** An attacker who did at least this share of max hp gets an assist (0..1). */
  readonly assistShare: number
}

export interface WeaponBase {
  readonly id: string
  readonly name: string
  readonly damage: number
  readonly damageMin: number
  readonly falloffStartMetres: number
  readonly falloffEndMetres: number
  readonly rangeMetres: number
  readonly roundsPerMinute: number
  /** True: holding the trigger keeps firing. */
  readonly automatic: boolean
  readonly pellets: number
  readonly magazineRounds: number
  readonly reserveRounds: number
  readonly reloadMs: number
  /** Half angle of the cone (degrees) at rest, moving, and its growth per shot and recovery. */
  readonly spreadDegrees: number
  readonly spreadMovingDegrees: number
  readonly spreadCrouchRatio: number
  readonly recoilDegreesPerShot: number
  readonly recoilDegreesMax: number
  readonly recoilRecoveryDegreesPerSec: number
  /** Bound of lag compensation for this weapon (ms, ≤ REWIND_MS_MAX). */
  readonly rewindMsMax: number
}

export interface HitScanWeapon extends WeaponBase {
  readonly kind: 'hitscan'
}

export interface ProjectileWeapon extends WeaponBase {
  readonly kind: 'projectile'
  readonly speedMetresPerSec: number
  /**
   * Lobbed things fly over low cover, land at the aimed distance, go off at the end of the fuse.
   */
  readonly lobbed: boolean
  readonly fuseMs: number
  readonly blastRadiusMetres: number
  readonly blastDamage: number
}

export type Weapon = HitScanWeapon | ProjectileWeapon

/** What a class can do beside shooting; each form reads its own coefficients. */
export type Ability =
  | (AbilityBase & { readonly form: 'grenade'; readonly weapon: number })
  | (AbilityBase & {
      readonly form: 'heal'
      readonly radiusMetres: number
      readonly hp: number
    })
  | (AbilityBase & {
      readonly form: 'resupply'
      readonly radiusMetres: number
      readonly armour: number
      readonly magazines: number
    })
  | (AbilityBase & {
      readonly form: 'scan'
      readonly radiusMetres: number
      readonly spottedMs: number
    })

export interface AbilityBase {
  readonly id: string
  readonly name: string
  readonly cooldownMs: number
}

export interface SoldierClass {
  readonly id: string
  readonly name: string
  readonly hp: number
  readonly armour: number
  /** Percent or flat, by `formulas.defence`. */
  readonly defence: number
  readonly walkMetresPerSec: number
  readonly sprintRatio: number
  readonly crouchRatio: number
  /** Weapon index by slot. */
  readonly weapons: readonly [number, number]
  /** Ability index. */
  readonly ability: number
  /** Revive time for this class (ms) and hp given back; medics are faster. */
  readonly reviveMs: number
  readonly reviveHp: number
}

export interface LevelCurve {
  readonly form: 'power'
  readonly base: number
  readonly exponent: number
  readonly levelMax: number
}

export interface Mode {
  readonly id: string
  readonly name: string
  readonly form: 'conquest' | 'duel'
  readonly tickRateHz: number
  readonly teamCount: number
  readonly squadSize: number
  readonly playersMax: number
  readonly playersMin: number
  readonly warmupSec: number
  readonly roundSec: number
  /** How long the result stays before the room starts the next battle. */
  readonly endedSec: number
  /**
   * Conquest: tickets a team starts with; loses one per respawn and by bleed. Duel: kills to win.
   */
  readonly tickets: number
  readonly bleedTicketsPerMinute: number
  readonly respawnSec: number
  readonly protectionSec: number
  /** How long a fallen soldier can be revived. 0 = no revive in this mode. */
  readonly downSec: number
  readonly captureSec: number
  readonly friendlyFireRatio: number
  /** True: an overloaded server may let the battle's time run slower. Left out = false. */
  readonly timeDilation?: boolean
  /** Map ids this mode may be played on; the first is the default. */
  readonly maps: readonly string[]
}

/** A map is flat ground with axis-aligned boxes. */
export interface BattleMap {
  readonly id: string
  readonly name: string
  /** Metres along x and z; the ground is [0, width) × [0, depth). */
  readonly widthMetres: number
  readonly depthMetres: number
  readonly boxes: readonly MapBox[]
  readonly spawns: readonly SpawnArea[]
  readonly objectives: readonly MapObjective[]
}

export interface MapBox {
  /** `wall` stops bodies, shots and blasts. `cover` stops bodies; shots pass over it unless the
   * target crouches within reach behind it. */
  readonly kind: 'wall' | 'cover'
  readonly x: number
  readonly z: number
  readonly width: number
  readonly depth: number
}

export interface SpawnArea {
  readonly team: number
  readonly x: number
  readonly z: number
  readonly radius: number
}

export interface MapObjective {
  readonly id: string
  readonly name: string
  readonly x: number
  readonly z: number
  readonly radius: number
}
