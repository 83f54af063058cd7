/**
 * Makes a world. All its state is columns over one arena, cut by the tables below; scalars (tick,
 * phase, …) are one-row columns behind getters, so that a copy of the arena is a copy of the
 * battle. Changing a table changes what a saved world means: raise `SAVE_FORMAT_VERSION` in
 * world-state.ts.
 */
import { assert, assertDefined } from '@battalion/base/assert.ts'
import type { Tick } from '@battalion/base/ids.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { createPrng } from '@battalion/base/prng.ts'
import type { Columns } from './arena-layout.ts'
import { ArenaCutter, columnBytes } from './arena-layout.ts'
import type { Balance, Mode } from './balance.ts'
import type { CommandTable } from './commands.ts'
import type { CompiledMap } from './compiled-map.ts'
import { compileMap } from './compiled-map.ts'
import { createEventTable } from './event-table.ts'
import type { EventTable } from './events.ts'
import {
  ASSIST_SLOTS,
  OBJECTIVES_MAX,
  PROJECTILES_MAX,
  REWIND_ROWS,
  SOLDIERS_MAX,
  TEAMS_MAX,
  WEAPON_SLOTS,
} from './limits.ts'
import type { RewindRing } from './rewind.ts'
import { CELL_NONE } from './spatial-grid.ts'
import type { StepScratch } from './step-scratch.ts'
import { createStepScratch } from './step-scratch.ts'
import type { Objectives, Projectiles, Soldiers, Teams, World, WorldCounters } from './world.ts'
import { Phase, TEAM_NONE } from './world.ts'

/** What a battle is made from. `capacity` = soldiers that may take part at once. */
export interface WorldOptions {
  readonly balance: Balance
  readonly modeId: string
  readonly mapId: string
  readonly seed: number
  readonly capacity: number
}

/** Spare slots beside the soldiers there may be: at least this many, or one for every eight. */
const SPARE_SLOTS_MIN = 16
const SPARE_SLOTS_DIVISOR = 8

const SCALARS = {
  tick: Uint32Array,
  phase: Uint32Array,
  phaseEndTick: Uint32Array,
  runningSinceTick: Uint32Array,
  endedTick: Uint32Array,
  winner: Uint32Array,
  slotsUsed: Uint32Array,
  soldierCount: Uint32Array,
} as const

const COUNTERS = {
  shotsJudged: Uint32Array,
  hitsJudged: Uint32Array,
  hitsVoid: Uint32Array,
  rewindClamped: Uint32Array,
  rewindFuture: Uint32Array,
  hitsBehindCover: Uint32Array,
  projectilesRefused: Uint32Array,
} as const

const PRNG_WORDS = 4
const PRNG = { words: Uint32Array } as const

const SOLDIERS = {
  state: Uint8Array,
  life: Uint8Array,
  team: Uint8Array,
  squad: Uint8Array,
  classId: Uint8Array,
  classWish: Uint8Array,
  px: Float32Array,
  pz: Float32Array,
  vx: Float32Array,
  vz: Float32Array,
  yaw: Uint16Array,
  hp: Uint8Array,
  armour: Uint8Array,
  flags: Uint8Array,
  slot: Uint8Array,
  recoil: Float32Array,
  nextFireTick: Uint32Array,
  fireCarry: Float32Array,
  reloadEndTick: Uint32Array,
  abilityReadyTick: Uint32Array,
  respawnTick: Uint32Array,
  downEndTick: Uint32Array,
  protectedUntilTick: Uint32Array,
  spottedUntilTick: Uint32Array,
  reviveTicks: Uint16Array,
  reviveWorkTick: Uint32Array,
  lastButtons: Uint16Array,
  ackSeq: Uint16Array,
  hasAck: Uint8Array,
  cell: Int32Array,
  kills: Uint16Array,
  deaths: Uint16Array,
  assists: Uint16Array,
  revives: Uint16Array,
  captures: Uint16Array,
  score: Int32Array,
  damageDone: Uint32Array,
  damageTaken: Uint32Array,
  healed: Uint32Array,
  shotsFired: Uint32Array,
  shotsHit: Uint32Array,
  joinTick: Uint32Array,
  freedTick: Uint32Array,
  wasUsed: Uint8Array,
} as const

const SOLDIER_WEAPONS = { magazine: Uint16Array, reserve: Uint16Array } as const

const SOLDIER_ASSISTS = { assistActor: Uint16Array, assistDamage: Uint16Array } as const

const PROJECTILES = {
  active: Uint8Array,
  generation: Uint8Array,
  weapon: Uint8Array,
  owner: Uint16Array,
  team: Uint8Array,
  px: Float32Array,
  pz: Float32Array,
  vx: Float32Array,
  vz: Float32Array,
  endTick: Uint32Array,
  travelMetres: Float32Array,
} as const

const OBJECTIVES = {
  owner: Uint8Array,
  capturingTeam: Uint8Array,
  progress: Float32Array,
} as const

const TEAMS = {
  tickets: Int32Array,
  score: Int32Array,
  soldierCount: Uint16Array,
  bleed: Float32Array,
} as const

const COMMANDS = {
  present: Uint8Array,
  seq: Uint16Array,
  buttons: Uint16Array,
  moveX: Int8Array,
  moveZ: Int8Array,
  yaw: Uint16Array,
  aimDistance: Uint16Array,
  viewTime: Uint16Array,
} as const

const REWIND = {
  px: Float32Array,
  pz: Float32Array,
  mark: Uint8Array,
  life: Uint8Array,
} as const

/** A new battle in its warm-up, without soldiers, at tick 0. */
export function createWorld(options: WorldOptions): World {
  const { balance, modeId, mapId } = options
  const modeIndex = balance.modes.findIndex((mode) => mode.id === modeId)
  const mapIndex = balance.maps.findIndex((map) => map.id === mapId)
  assert(modeIndex >= 0, 'the mode is in the balance')
  assert(mapIndex >= 0, 'the map is in the balance')
  assert(options.capacity >= 1, 'a battle has room for somebody')
  assert(options.capacity <= SOLDIERS_MAX, 'a battle fits the limit of soldiers')
  const world = new BattleWorld({ ...options, modeIndex, mapIndex })
  prepareBattle(world)
  return world
}

/** What a battle is made from, with the names looked up. */
export interface WorldSetup {
  readonly balance: Balance
  readonly modeIndex: number
  readonly mapIndex: number
  readonly seed: number
  readonly capacity: number
}

/** Slots for this many soldiers, with spare ones for net ids at rest. */
function slotsFor(soldiersMax: number): number {
  const spare = Math.max(SPARE_SLOTS_MIN, Math.ceil(soldiersMax / SPARE_SLOTS_DIVISOR))
  assert(spare >= SPARE_SLOTS_MIN, 'net ids can rest')
  return Math.min(soldiersMax + spare, SOLDIERS_MAX)
}

function prepareBattle(world: World): void {
  const { mode, teams, objectives } = world
  assert(mode.teamCount <= TEAMS_MAX, 'every team has its row')
  assert(world.map.map.objectives.length <= OBJECTIVES_MAX, 'every objective has its row')
  world.phaseEndTick = Math.max(1, Math.round(mode.warmupSec * mode.tickRateHz)) as Tick
  world.winner = TEAM_NONE
  world.soldiers.cell.fill(CELL_NONE)
  world.soldiers.assistActor.fill(NET_ID_NONE)
  objectives.owner.fill(TEAM_NONE)
  objectives.capturingTeam.fill(TEAM_NONE)
  for (let team = 0; team < mode.teamCount; team++) teams.tickets[team] = mode.tickets
  assert(world.phase === Phase.warmup, 'a battle begins with its warm-up')
}

function arenaBytes(slots: number): number {
  return (
    columnBytes(SCALARS, 1) +
    columnBytes(COUNTERS, 1) +
    columnBytes(PRNG, PRNG_WORDS) +
    columnBytes(TEAMS, TEAMS_MAX) +
    columnBytes(OBJECTIVES, OBJECTIVES_MAX) +
    columnBytes(SOLDIERS, slots) +
    columnBytes(SOLDIER_WEAPONS, slots * WEAPON_SLOTS) +
    columnBytes(SOLDIER_ASSISTS, slots * ASSIST_SLOTS) +
    columnBytes(PROJECTILES, PROJECTILES_MAX) +
    columnBytes(COMMANDS, slots) +
    columnBytes(REWIND, slots * REWIND_ROWS)
  )
}

/** {@link World} over an arena. Made by `createWorld` and `restoreWorld` only. */
export class BattleWorld implements World {
  readonly balance: Balance
  readonly mode: Mode
  readonly modeIndex: number
  readonly mapIndex: number
  readonly map: CompiledMap
  readonly seed: number
  readonly soldiersMax: number
  readonly capacity: number
  readonly dtSec: number
  readonly arena: ArrayBuffer
  readonly soldiers: Soldiers
  readonly projectiles: Projectiles
  readonly objectives: Objectives
  readonly teams: Teams
  readonly counters: WorldCounters
  readonly commands: CommandTable
  readonly rewind: RewindRing
  readonly prng: PrngState
  readonly events: EventTable
  readonly scratch: StepScratch
  readonly #scalars: Columns<typeof SCALARS>

  constructor(setup: WorldSetup) {
    this.balance = setup.balance
    this.mode = assertDefined(setup.balance.modes[setup.modeIndex], 'the mode is in the balance')
    const map = assertDefined(setup.balance.maps[setup.mapIndex], 'the map is in the balance')
    this.modeIndex = setup.modeIndex
    this.mapIndex = setup.mapIndex
    this.map = compileMap(map)
    this.seed = setup.seed >>> 0
    this.soldiersMax = setup.capacity
    this.capacity = slotsFor(setup.capacity)
    this.dtSec = 1 / this.mode.tickRateHz
    assert(this.capacity >= this.soldiersMax, 'everybody has a slot')
    this.arena = new ArrayBuffer(arenaBytes(this.capacity))
    const cutter = new ArenaCutter(this.arena)
    this.#scalars = cutter.cut(SCALARS, 1)
    this.counters = cutter.cut(COUNTERS, 1)
    this.prng = cutter.cut(PRNG, PRNG_WORDS).words
    this.prng.set(createPrng(setup.seed))
    this.teams = cutter.cut(TEAMS, TEAMS_MAX)
    this.objectives = cutter.cut(OBJECTIVES, OBJECTIVES_MAX)
    this.soldiers = {
      ...cutter.cut(SOLDIERS, this.capacity),
      ...cutter.cut(SOLDIER_WEAPONS, this.capacity * WEAPON_SLOTS),
      ...cutter.cut(SOLDIER_ASSISTS, this.capacity * ASSIST_SLOTS),
    }
    this.projectiles = cutter.cut(PROJECTILES, PROJECTILES_MAX)
    this.commands = cutter.cut(COMMANDS, this.capacity)
    this.rewind = cutter.cut(REWIND, this.capacity * REWIND_ROWS)
    assert(cutter.offset === this.arena.byteLength, 'the arena is used to the last byte')
    this.events = createEventTable()
    this.scratch = createStepScratch({
      map: this.map,
      capacity: this.capacity,
      dtSec: this.dtSec,
      class: assertDefined(setup.balance.classes[0], 'the balance has a class'),
    })
  }

  get tick(): Tick {
    return this.#scalars.tick[0] as Tick
  }
  set tick(value: Tick) {
    this.#scalars.tick[0] = value
  }
  get phase(): Phase {
    return this.#scalars.phase[0] as Phase
  }
  set phase(value: Phase) {
    this.#scalars.phase[0] = value
  }
  get phaseEndTick(): Tick {
    return this.#scalars.phaseEndTick[0] as Tick
  }
  set phaseEndTick(value: Tick) {
    this.#scalars.phaseEndTick[0] = value
  }
  get runningSinceTick(): Tick {
    return this.#scalars.runningSinceTick[0] as Tick
  }
  set runningSinceTick(value: Tick) {
    this.#scalars.runningSinceTick[0] = value
  }
  get endedTick(): Tick {
    return this.#scalars.endedTick[0] as Tick
  }
  set endedTick(value: Tick) {
    this.#scalars.endedTick[0] = value
  }
  get winner(): number {
    return this.#scalars.winner[0]!
  }
  set winner(value: number) {
    this.#scalars.winner[0] = value
  }
  get slotsUsed(): number {
    return this.#scalars.slotsUsed[0]!
  }
  set slotsUsed(value: number) {
    this.#scalars.slotsUsed[0] = value
  }
  get soldierCount(): number {
    return this.#scalars.soldierCount[0]!
  }
  set soldierCount(value: number) {
    this.#scalars.soldierCount[0] = value
  }
}
