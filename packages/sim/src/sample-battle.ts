/**
 * A small balance with round numbers and an empty field, for tests and benches of the rules. Not
 * shipped content; that is in `packages/sim/balance`.
 */
import { assertDefined } from '@battalion/base/assert.ts'
import type { NetId } from '@battalion/base/ids.ts'
import type { Balance, BattleMap, HitScanWeapon, Mode, ProjectileWeapon } from './balance.ts'
import type { Command } from './commands.ts'
import { setCommand } from './commands.ts'
import { createWorld } from './create-world.ts'
import { addSoldier } from './soldiers.ts'
import { stepWorld } from './step-world.ts'
import type { World } from './world.ts'

/** Deep enough for tests to replace any part of the balance. */
export interface SampleOptions {
  readonly mode?: Partial<Mode>
  readonly map?: Partial<BattleMap>
  readonly rifle?: Partial<HitScanWeapon>
  readonly launcher?: Partial<ProjectileWeapon>
  readonly formulas?: Partial<Balance['formulas']>
  readonly hp?: number
  readonly armour?: number
  readonly defence?: number
  readonly ability?: number
  readonly reviveMs?: number
  readonly capacity?: number
  readonly seed?: number
}

/** Weapon indexes of the sample. */
export const SampleWeapon = { rifle: 0, pistol: 1, launcher: 2, grenade: 3, shotgun: 4 } as const
/** Class indexes of the sample: soldiers carry rifle and pistol, gunners shotgun and launcher. */
export const SampleClass = { soldier: 0, gunner: 1 } as const
/** Ability indexes of the sample. */
export const SampleAbility = { grenade: 0, heal: 1, resupply: 2, scan: 3 } as const

const RIFLE: HitScanWeapon = {
  kind: 'hitscan',
  id: 'rifle',
  name: 'Rifle',
  damage: 20,
  damageMin: 10,
  falloffStartMetres: 20,
  falloffEndMetres: 40,
  rangeMetres: 50,
  roundsPerMinute: 600,
  automatic: true,
  pellets: 1,
  magazineRounds: 30,
  reserveRounds: 90,
  reloadMs: 1000,
  spreadDegrees: 0,
  spreadMovingDegrees: 0,
  spreadCrouchRatio: 0.5,
  recoilDegreesPerShot: 0,
  recoilDegreesMax: 4,
  recoilRecoveryDegreesPerSec: 10,
  rewindMsMax: 250,
}

const GRENADE: ProjectileWeapon = {
  ...RIFLE,
  kind: 'projectile',
  id: 'grenade',
  name: 'Grenade',
  damage: 0,
  damageMin: 0,
  magazineRounds: 1,
  reserveRounds: 3,
  rangeMetres: 30,
  speedMetresPerSec: 20,
  lobbed: true,
  fuseMs: 2000,
  blastRadiusMetres: 6,
  blastDamage: 100,
}

const LAUNCHER: ProjectileWeapon = {
  ...GRENADE,
  id: 'launcher',
  name: 'Launcher',
  damage: 30,
  damageMin: 30,
  magazineRounds: 2,
  rangeMetres: 50,
  lobbed: false,
  fuseMs: 0,
}

const MODE: Mode = {
  id: 'sample',
  name: 'Sample',
  form: 'duel',
  tickRateHz: 20,
  teamCount: 2,
  squadSize: 4,
  playersMax: 64,
  playersMin: 1,
  warmupSec: 3600,
  roundSec: 600,
  endedSec: 10,
  tickets: 10,
  bleedTicketsPerMinute: 60,
  respawnSec: 2,
  protectionSec: 0,
  downSec: 0,
  captureSec: 10,
  friendlyFireRatio: 0,
  maps: ['field'],
}

const FIELD: BattleMap = {
  id: 'field',
  name: 'Field',
  widthMetres: 192,
  depthMetres: 192,
  boxes: [],
  spawns: [
    { team: 0, x: 20, z: 96, radius: 5 },
    { team: 1, x: 172, z: 96, radius: 5 },
    { team: 2, x: 96, z: 20, radius: 5 },
    { team: 3, x: 96, z: 172, radius: 5 },
  ],
  objectives: [],
}

const FORMULAS: Balance['formulas'] = {
  falloff: { form: 'linear' },
  armour: { form: 'absorb', ratio: 0.5 },
  defence: { form: 'percent' },
  blast: { form: 'linear', coverRatio: 0.5 },
  friendlyFireRatio: 0,
  score: {
    kill: 100,
    assist: 50,
    revive: 60,
    healPerHp: 1,
    capture: 200,
    defend: 25,
    resupply: 20,
  },
  assistShare: 0.25,
}

/** The sample balance with some numbers replaced. */
export function sampleBalance(options: SampleOptions = {}): Balance {
  const soldier = {
    id: 'soldier',
    name: 'Soldier',
    hp: options.hp ?? 100,
    armour: options.armour ?? 0,
    defence: options.defence ?? 0,
    walkMetresPerSec: 5,
    sprintRatio: 1.6,
    crouchRatio: 0.5,
    weapons: [SampleWeapon.rifle, SampleWeapon.pistol] as const,
    ability: options.ability ?? SampleAbility.heal,
    reviveMs: options.reviveMs ?? 1000,
    reviveHp: 40,
  }
  const rifle = { ...RIFLE, ...options.rifle }
  return {
    version: 'sample',
    formulas: { ...FORMULAS, ...options.formulas },
    weapons: [
      rifle,
      { ...rifle, id: 'pistol', name: 'Pistol', automatic: false, roundsPerMinute: 300 },
      { ...LAUNCHER, ...options.launcher },
      GRENADE,
      { ...rifle, id: 'shotgun', name: 'Shotgun', pellets: 8, damage: 10, damageMin: 5 },
    ],
    abilities: [
      { id: 'grenade', name: 'Grenade', cooldownMs: 4000, form: 'grenade', weapon: 3 },
      { id: 'heal', name: 'Heal', cooldownMs: 4000, form: 'heal', radiusMetres: 6, hp: 30 },
      {
        id: 'resupply',
        name: 'Resupply',
        cooldownMs: 4000,
        form: 'resupply',
        radiusMetres: 6,
        armour: 25,
        magazines: 1,
      },
      {
        id: 'scan',
        name: 'Scan',
        cooldownMs: 4000,
        form: 'scan',
        radiusMetres: 30,
        spottedMs: 2000,
      },
    ],
    classes: [soldier, { ...soldier, id: 'gunner', name: 'Gunner', weapons: [4, 2] }],
    levels: { form: 'power', base: 100, exponent: 1.5, levelMax: 50 },
    modes: [{ ...MODE, ...options.mode }],
    maps: [{ ...FIELD, ...options.map }],
  }
}

/** A world of the sample balance; its warm-up lasts an hour unless the mode says otherwise. */
export function sampleWorld(options: SampleOptions = {}): World {
  return createWorld({
    balance: sampleBalance(options),
    modeId: 'sample',
    mapId: 'field',
    seed: options.seed ?? 1,
    capacity: options.capacity ?? 64,
  })
}

/** A soldier of a team standing at `place` (x, z), looking along +x. */
export function placeSoldier(
  world: World,
  team: number,
  place: readonly [number, number],
  classId = 0,
): NetId {
  const netId = assertDefined(addSoldier(world, { team, classId }), 'the sample has room')
  moveTo(world, netId, place)
  world.soldiers.yaw[netId] = 0
  return netId
}

/** Puts a soldier somewhere else at once. */
export function moveTo(world: World, netId: NetId, place: readonly [number, number]): void {
  world.soldiers.px[netId] = place[0]
  world.soldiers.pz[netId] = place[1]
}

const nextSeq = new WeakMap<World, number>()

/** Hands over a command; what is left out is zero, the view time is the present. */
export function order(world: World, netId: NetId, command: Partial<Command>): void {
  const seq = ((nextSeq.get(world) ?? 0) + 1) & 0xffff
  nextSeq.set(world, seq)
  setCommand(world, netId, {
    seq,
    buttons: 0,
    moveX: 0,
    moveZ: 0,
    yaw: 0,
    aimDistance: 0,
    viewTime: ((world.tick + 1) * 8) & 0xffff,
    ...command,
  })
}

/** Steps `count` times without commands. */
export function stepMany(world: World, count: number): void {
  for (let step = 0; step < count; step++) stepWorld(world)
}

/** Rows of the last step's events of one type. */
export function eventsOf(world: World, type: number): number[] {
  const rows: number[] = []
  for (let row = 0; row < world.events.count; row++) {
    if (world.events.type[row] === type) rows.push(row)
  }
  return rows
}
