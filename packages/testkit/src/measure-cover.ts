/**
 * How many enemies a player is told of that he cannot see: enemies in his 3×3 block of cells with a
 * wall between (E-11; they are on the wire by choice, decision 0003), and what hiding them would
 * cost: lines of sight to test, and records to send again as they come into sight. An enemy counts
 * as hidden when neither its middle nor either side can be seen from the player's middle.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import type { CompiledMap } from '@battalion/sim/compiled-map.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { SOLDIER_RADIUS_METRES } from '@battalion/sim/limits.ts'
import { hasLineOfSight } from '@battalion/sim/raycast.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import type { World } from '@battalion/sim/world.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { BenchRow } from './bench-row.ts'
import { benchRow } from './bench-row.ts'
import { SimDriver } from './sim-driver.ts'
import { applyOperation } from './sim-operations.ts'
import { balanceOfPlan, planSim } from './sim-plan.ts'

/** Soldiers of SPEC.md, WF12: bytes that tell of one who comes into sight. */
const ENTER_BYTES = 14
/** Mean bytes of a change of one who moves (WF13: a code, and two or three). */
const UPDATE_BYTES = 3

export interface CoverBattle {
  readonly modeId: string
  readonly mapId: string
  readonly players: number
  readonly seed: number
  /** Steps until the teams have met, before anybody looks round. */
  readonly fromStep: number
}

/** What was counted over all players and sampled ticks. */
export interface CoverCounts {
  /** Players looked at. */
  viewers: number
  /** Enemies in their blocks, and those of them that no line of sight reaches. */
  enemies: number
  hidden: number
  /** Enemies of the block that were hidden a tick before and are not now. */
  appeared: number
  /** CPU of the tests (ms). */
  cpuMs: number
}

/** Battles of several sizes on the shipped maps. */
export const COVER_BATTLES: readonly CoverBattle[] = [
  { modeId: 'conquest', mapId: 'skirmish', players: 64, seed: 1, fromStep: 1200 },
  { modeId: 'conquest', mapId: 'skirmish', players: 200, seed: 2, fromStep: 1200 },
  { modeId: 'four-corners', mapId: 'skirmish', players: 64, seed: 3, fromStep: 1200 },
  { modeId: 'conquest', mapId: 'front', players: 200, seed: 4, fromStep: 4000 },
  { modeId: 'front', mapId: 'front', players: 600, seed: 5, fromStep: 4000 },
]

/** Plays until they have met, then looks round in each of the next `steps`. */
export function measureCover(balance: Balance, battle: CoverBattle, steps: number): CoverCounts {
  const { fromStep } = battle
  const plan = {
    ...planSim(balance, { ...battle, steps: fromStep + steps }),
    hostileShare: 0,
    churnPerStep: 0,
    returnPerStep: 0,
    rules: { warmupSec: 2 },
    reserveShare: 1,
  }
  const { modeId, mapId, seed, players } = battle
  const rules = balanceOfPlan(balance, plan)
  const world = createWorld({ balance: rules, modeId, mapId, seed, capacity: players })
  const driver = new SimDriver(plan)
  const look = new CoverLook(world)
  for (let step = 0; step < fromStep + steps; step++) {
    for (const operation of driver.nextOperations(world)) applyOperation(world, operation)
    stepWorld(world)
    if (step >= fromStep) look.count()
  }
  return look.counts
}

class CoverLook {
  readonly counts: CoverCounts = { viewers: 0, enemies: 0, hidden: 0, appeared: 0, cpuMs: 0 }
  readonly #world: World
  /** By viewer and enemy: 0 = not in the block, 1 = hidden, 2 = in sight, as of the last tick. */
  readonly #before: Uint8Array
  readonly #now: Uint8Array

  constructor(world: World) {
    this.#world = world
    this.#before = new Uint8Array(world.capacity * world.capacity)
    this.#now = new Uint8Array(world.capacity * world.capacity)
  }

  count(): void {
    const { soldiers, slotsUsed } = this.#world
    this.#before.set(this.#now)
    this.#now.fill(0)
    const start = process.cpuUsage()
    for (let viewer = 0; viewer < slotsUsed; viewer++) {
      if (soldiers.state[viewer] !== LifeState.alive) continue
      this.counts.viewers++
      for (let enemy = 0; enemy < slotsUsed; enemy++) this.#look(viewer, enemy)
    }
    const used = process.cpuUsage(start)
    this.counts.cpuMs += (used.user + used.system) / 1000
  }

  #look(viewer: number, enemy: number): void {
    const { soldiers, map, capacity } = this.#world
    if (soldiers.team[enemy] === soldiers.team[viewer]) return
    const state = soldiers.state[enemy]
    if (state !== LifeState.alive && state !== LifeState.down) return
    if (!isInBlock(map, soldiers.cell[viewer]!, soldiers.cell[enemy]!)) return
    const isSeen = isBodySeen(this.#world, viewer, enemy)
    const pair = viewer * capacity + enemy
    this.#now[pair] = isSeen ? 2 : 1
    this.counts.enemies++
    if (!isSeen) this.counts.hidden++
    else if (this.#before[pair] === 1) this.counts.appeared++
  }
}

function isInBlock(map: CompiledMap, from: number, to: number): boolean {
  const dx = (from % map.cellsX) - (to % map.cellsX)
  const dz = Math.floor(from / map.cellsX) - Math.floor(to / map.cellsX)
  return Math.abs(dx) <= 1 && Math.abs(dz) <= 1
}

/** Middle, then both sides across the line: what is seen of a body is seen of one of them. */
function isBodySeen({ soldiers, map }: World, viewer: number, enemy: number): boolean {
  const ax = soldiers.px[viewer]!
  const az = soldiers.pz[viewer]!
  const bx = soldiers.px[enemy]!
  const bz = soldiers.pz[enemy]!
  if (hasLineOfSight(map, ax, az, bx, bz)) return true
  const distance = Math.sqrt((bx - ax) * (bx - ax) + (bz - az) * (bz - az))
  if (distance === 0) return true
  const sideX = (-(bz - az) / distance) * SOLDIER_RADIUS_METRES
  const sideZ = ((bx - ax) / distance) * SOLDIER_RADIUS_METRES
  if (hasLineOfSight(map, ax, az, bx + sideX, bz + sideZ)) return true
  return hasLineOfSight(map, ax, az, bx - sideX, bz - sideZ)
}

/** The rows of one battle. */
export function coverRows(battle: CoverBattle, counts: CoverCounts): BenchRow[] {
  const name = `cover ${battle.mapId} ${battle.players} (${battle.modeId})`
  const perViewer = (value: number) => value / Math.max(1, counts.viewers)
  const row = (what: string, value: number, unit: string) =>
    benchRow({
      name: `${name}: ${what}`,
      value: Math.round(value * 1000) / 1000,
      unit,
      budget: null,
      better: 'lower',
    })
  const saved = perViewer(counts.hidden) * UPDATE_BYTES
  const added = perViewer(counts.appeared) * ENTER_BYTES
  return [
    row('enemies in the block', perViewer(counts.enemies), 'enemies'),
    row('of them behind walls', (100 * counts.hidden) / Math.max(1, counts.enemies), '%'),
    row('come into sight', perViewer(counts.appeared) * 20, 'per player and s'),
    row('bytes hiding would save, moving ones', saved, 'B per player and tick'),
    row('bytes hiding would add, enters', added, 'B per player and tick'),
    row('CPU of hiding, lines of sight', perViewer(counts.cpuMs) * 1000, 'ms a tick of 1,000'),
  ]
}
