/**
 * A tiny balance for tests: two weapons, one class, one mode, one map with one box. Each call gives
 * fresh JSON, so that a test may spoil it. Not for play.
 */

/** Parsed JSON of a small, valid balance, by path. */
export function makeTestBalanceFiles(): Record<string, unknown> {
  return structuredCopy({
    'balance.json': { version: 'test', formulas: FORMULAS },
    'weapons.json': { weapons: [{ ...RIFLE }, { ...RIFLE, ...GRENADE }] },
    'abilities.json': {
      abilities: [
        { id: 'frag', name: 'Frag', form: 'grenade', cooldownMs: 5000, weapon: 'grenade' },
      ],
    },
    'classes.json': { classes: [ASSAULT] },
    'modes.json': { modes: [MODE] },
    'levels.json': { levels: { form: 'power', base: 100, exponent: 1.5, levelMax: 10 } },
    'maps/yard.json': YARD,
  })
}

function structuredCopy(files: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(files)) as Record<string, unknown>
}

const FORMULAS = {
  falloff: { form: 'linear' },
  armour: { form: 'absorb', ratio: 0.5 },
  defence: { form: 'percent' },
  blast: { form: 'linear', coverRatio: 0.5 },
  friendlyFireRatio: 0,
  score: {
    kill: 100,
    assist: 50,
    revive: 75,
    healPerHp: 1,
    capture: 150,
    defend: 50,
    resupply: 20,
  },
  assistShare: 0.25,
}

const RIFLE = {
  kind: 'hitscan',
  id: 'rifle',
  name: 'Rifle',
  damage: 25,
  damageMin: 15,
  falloffStartMetres: 20,
  falloffEndMetres: 50,
  rangeMetres: 56,
  roundsPerMinute: 600,
  automatic: true,
  pellets: 1,
  magazineRounds: 30,
  reserveRounds: 90,
  reloadMs: 2000,
  spreadDegrees: 0,
  spreadMovingDegrees: 0,
  spreadCrouchRatio: 1,
  recoilDegreesPerShot: 0,
  recoilDegreesMax: 0,
  recoilRecoveryDegreesPerSec: 10,
  rewindMsMax: 250,
}

const GRENADE = {
  kind: 'projectile',
  id: 'grenade',
  name: 'Grenade',
  speedMetresPerSec: 15,
  lobbed: true,
  fuseMs: 2000,
  blastRadiusMetres: 6,
  blastDamage: 100,
}

const ASSAULT = {
  id: 'assault',
  name: 'Assault',
  hp: 100,
  armour: 0,
  defence: 0,
  walkMetresPerSec: 6,
  sprintRatio: 1.5,
  crouchRatio: 0.5,
  weapons: ['rifle', 'rifle'],
  ability: 'frag',
  reviveMs: 3000,
  reviveHp: 50,
}

const MODE = {
  id: 'conquest',
  name: 'Conquest',
  form: 'conquest',
  tickRateHz: 20,
  teamCount: 2,
  squadSize: 4,
  playersMax: 32,
  playersMin: 1,
  warmupSec: 0,
  roundSec: 600,
  endedSec: 5,
  tickets: 50,
  bleedTicketsPerMinute: 10,
  respawnSec: 3,
  protectionSec: 1,
  downSec: 10,
  captureSec: 5,
  friendlyFireRatio: 0,
  maps: ['yard'],
}

const YARD = {
  id: 'yard',
  name: 'Yard',
  widthMetres: 64,
  depthMetres: 64,
  boxes: [{ kind: 'wall', x: 30, z: 28, width: 4, depth: 4 }],
  spawns: [
    { team: 0, x: 8, z: 32, radius: 4 },
    { team: 1, x: 56, z: 32, radius: 4 },
  ],
  objectives: [{ id: 'well', name: 'Well', x: 32, z: 48, radius: 6 }],
}
