/**
 * For tests and benches: a world on open ground with soldiers spread evenly over it, all standing,
 * made from a balance written here, so that nothing a designer turns changes bytes or figures.
 */
import type { Balance, BattleMap, Weapon } from '@battalion/sim/balance.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { addSoldier } from '@battalion/sim/soldiers.ts'
import { CELL_NONE, rebinSoldiers } from '@battalion/sim/spatial-grid.ts'
import type { World } from '@battalion/sim/world.ts'

const WEAPON: Weapon = {
  kind: 'hitscan',
  id: 'rifle',
  name: 'Rifle',
  damage: 20,
  damageMin: 10,
  falloffStartMetres: 20,
  falloffEndMetres: 50,
  rangeMetres: 56,
  roundsPerMinute: 600,
  automatic: true,
  pellets: 1,
  magazineRounds: 30,
  reserveRounds: 120,
  reloadMs: 2000,
  spreadDegrees: 1,
  spreadMovingDegrees: 2,
  spreadCrouchRatio: 0.5,
  recoilDegreesPerShot: 0.2,
  recoilDegreesMax: 3,
  recoilRecoveryDegreesPerSec: 10,
  rewindMsMax: 250,
}

function flatMap(sideMetres: number): BattleMap {
  const middle = sideMetres / 2
  return {
    id: 'plain',
    name: 'Plain',
    widthMetres: sideMetres,
    depthMetres: sideMetres,
    boxes: [],
    spawns: [0, 1, 2, 3].map((team) => ({ team, x: middle, z: middle, radius: 5 })),
    objectives: [],
  }
}

function plainBalance(sideMetres: number): Balance {
  return {
    version: 'plain',
    formulas: {
      falloff: { form: 'none' },
      armour: { form: 'reduce', k: 100 },
      defence: { form: 'flat' },
      blast: { form: 'linear', coverRatio: 0.5 },
      friendlyFireRatio: 0,
      score: { kill: 1, assist: 1, revive: 1, healPerHp: 0, capture: 1, defend: 1, resupply: 1 },
      assistShare: 0.3,
    },
    weapons: [WEAPON, { ...WEAPON, id: 'pistol' }, { ...WEAPON, id: 'carbine' }],
    abilities: [
      { id: 'heal', name: 'Heal', cooldownMs: 1000, form: 'heal', radiusMetres: 5, hp: 10 },
    ],
    classes: (
      [
        [0, 1],
        [2, 1],
      ] as const
    ).map((weapons, index) => ({
      id: `class${index}`,
      name: 'Class',
      hp: 100,
      armour: 50,
      defence: 0,
      walkMetresPerSec: 5,
      sprintRatio: 1.5,
      crouchRatio: 0.5,
      weapons,
      ability: 0,
      reviveMs: 3000,
      reviveHp: 30,
    })),
    levels: { form: 'power', base: 100, exponent: 1.5, levelMax: 10 },
    modes: [
      {
        id: 'plain',
        name: 'Plain',
        form: 'conquest',
        tickRateHz: 20,
        teamCount: 2,
        squadSize: 8,
        playersMax: 4000,
        playersMin: 1,
        warmupSec: 0,
        roundSec: 3600,
        endedSec: 10,
        tickets: 1000,
        bleedTicketsPerMinute: 0,
        respawnSec: 5,
        protectionSec: 0,
        downSec: 10,
        captureSec: 10,
        friendlyFireRatio: 0,
        maps: ['plain'],
      },
    ],
    maps: [flatMap(sideMetres)],
  }
}

/** `count` soldiers evenly over a square field, two teams, by golden-ratio steps: no dice. */
export function createCrowdWorld(count: number, sideMetres: number): World {
  const world = createWorld({
    balance: plainBalance(sideMetres),
    modeId: 'plain',
    mapId: 'plain',
    seed: 1,
    capacity: count,
  })
  for (let id = 0; id < count; id++) {
    addSoldier(world, { classId: id % 2 })
    world.soldiers.px[id] = sideMetres * ((0.5 + id * 0.754877666) % 1)
    world.soldiers.pz[id] = sideMetres * ((0.5 + id * 0.569840291) % 1)
    world.soldiers.yaw[id] = (id * 4099) & 0xffff
    world.soldiers.cell[id] = CELL_NONE
  }
  rebinSoldiers(world)
  return world
}
