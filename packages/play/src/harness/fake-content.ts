/**
 * A made-up balance and map for the render bench and for designing without a server. Shapes only;
 * the real numbers live in the simulation's balance.
 */
import type { Ability, Balance, BattleMap, MapBox, SoldierClass } from '@battalion/sim/balance.ts'

const MAP_METRES = 384

export function createFakeBalance(): Balance {
  const map = createFakeMap()
  return {
    version: 'fake',
    formulas: {
      falloff: { form: 'linear' },
      armour: { form: 'absorb', ratio: 0.5 },
      defence: { form: 'percent' },
      blast: { form: 'linear', coverRatio: 0.5 },
      friendlyFireRatio: 0,
      score: {
        kill: 100,
        assist: 50,
        revive: 50,
        healPerHp: 1,
        capture: 200,
        defend: 50,
        resupply: 10,
      },
      assistShare: 0.3,
    },
    weapons: [
      hitscan('rifle', 'KR-4 Rifle', 26),
      hitscan('smg', 'Wasp SMG', 18),
      hitscan('marksman', 'Heron Marksman', 58),
      hitscan('pistol', 'P-9 Sidearm', 20),
      {
        ...hitscan('frag', 'Frag Grenade', 0),
        kind: 'projectile',
        speedMetresPerSec: 16,
        lobbed: true,
        fuseMs: 1800,
        blastRadiusMetres: 5,
        blastDamage: 90,
      },
    ],
    abilities: [
      { id: 'frag', name: 'Frag', cooldownMs: 9000, form: 'grenade', weapon: 4 },
      { id: 'heal', name: 'Heal', cooldownMs: 12000, form: 'heal', radiusMetres: 6, hp: 40 },
      {
        id: 'crate',
        name: 'Crate',
        cooldownMs: 15000,
        form: 'resupply',
        radiusMetres: 5,
        armour: 30,
        magazines: 2,
      },
      {
        id: 'scan',
        name: 'Scan',
        cooldownMs: 14000,
        form: 'scan',
        radiusMetres: 30,
        spottedMs: 5000,
      },
    ] satisfies Ability[],
    classes: [
      soldierClass(['assault', 'Assault', 0], [100, 50, 5.2]),
      soldierClass(['medic', 'Medic', 1], [100, 30, 5.4]),
      soldierClass(['engineer', 'Engineer', 2], [110, 60, 4.9]),
      soldierClass(['recon', 'Recon', 3], [85, 15, 5.7]),
    ],
    levels: { form: 'power', base: 100, exponent: 1.5, levelMax: 50 },
    modes: [fakeMode()],
    maps: [map],
  }
}

function hitscan(
  id: string,
  name: string,
  damage: number,
): Balance['weapons'][number] & { kind: 'hitscan' } {
  return {
    kind: 'hitscan',
    id,
    name,
    damage,
    damageMin: damage / 2,
    falloffStartMetres: 20,
    falloffEndMetres: 55,
    rangeMetres: id === 'marksman' ? 60 : id === 'smg' ? 34 : 50,
    roundsPerMinute: id === 'marksman' ? 60 : 600,
    automatic: id !== 'marksman',
    pellets: 1,
    magazineRounds: id === 'marksman' ? 8 : 30,
    reserveRounds: 120,
    reloadMs: 2100,
    spreadDegrees: 1,
    spreadMovingDegrees: 3,
    spreadCrouchRatio: 0.6,
    recoilDegreesPerShot: 0.5,
    recoilDegreesMax: 5,
    recoilRecoveryDegreesPerSec: 12,
    rewindMsMax: 250,
  }
}

function soldierClass(
  [id, name, index]: [string, string, number],
  [hp, armour, speed]: [number, number, number],
): SoldierClass {
  return {
    id,
    name,
    hp,
    armour,
    defence: 5,
    walkMetresPerSec: speed,
    sprintRatio: 1.4,
    crouchRatio: 0.5,
    weapons: [[0, 1, 0, 2][index]!, 3],
    ability: index,
    reviveMs: 3000,
    reviveHp: 40,
  }
}

function fakeMode(): Balance['modes'][number] {
  return {
    id: 'conquest',
    name: 'Conquest',
    form: 'conquest',
    tickRateHz: 20,
    teamCount: 2,
    squadSize: 5,
    playersMax: 1000,
    playersMin: 2,
    warmupSec: 10,
    roundSec: 900,
    endedSec: 15,
    tickets: 400,
    bleedTicketsPerMinute: 20,
    respawnSec: 8,
    protectionSec: 3,
    downSec: 15,
    captureSec: 10,
    friendlyFireRatio: 0,
    maps: ['fake'],
  }
}

function createFakeMap(): BattleMap {
  const boxes: MapBox[] = []
  let state = 7
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0xffffffff
  }
  for (let x = 30; x < MAP_METRES - 30; x += 36) {
    for (let z = 30; z < MAP_METRES - 30; z += 36) placeBlock(boxes, { x, z, random })
  }
  return {
    id: 'fake',
    name: 'Harbour',
    widthMetres: MAP_METRES,
    depthMetres: MAP_METRES,
    boxes,
    spawns: [
      { team: 0, x: 24, z: MAP_METRES / 2, radius: 14 },
      { team: 1, x: MAP_METRES - 24, z: MAP_METRES / 2, radius: 14 },
    ],
    objectives: [
      { id: 'a', name: 'Docks', x: 100, z: 110, radius: 12 },
      { id: 'b', name: 'Square', x: 192, z: 192, radius: 14 },
      { id: 'c', name: 'Depot', x: 282, z: 276, radius: 12 },
    ],
  }
}

interface Block {
  readonly x: number
  readonly z: number
  readonly random: () => number
}

function placeBlock(boxes: MapBox[], { x, z, random }: Block): void {
  const at = { x: x + random() * 10, z: z + random() * 10 }
  const dice = random()
  if (dice < 0.4) {
    boxes.push({ kind: 'wall', ...at, width: 6 + random() * 10, depth: 5 + random() * 9 })
  } else if (dice < 0.7) {
    boxes.push({ kind: 'wall', ...at, width: 14, depth: 1 })
    boxes.push({ kind: 'wall', ...at, width: 1, depth: 9 })
  }
  for (let count = 0; count < 3; count++) {
    const isWide = random() < 0.5
    boxes.push({
      kind: 'cover',
      x: x + random() * 30,
      z: z + random() * 30,
      width: isWide ? 3.2 : 0.9,
      depth: isWide ? 0.9 : 3.2,
    })
  }
}
