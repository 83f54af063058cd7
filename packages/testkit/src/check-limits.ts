/**
 * I-16, bounded: soldiers, slots, events and projectiles within their limits; counts that agree
 * with what they count; net ids that rest before they come again; everybody in the cell it stands
 * in.
 */
import { EventType } from '@battalion/sim/events.ts'
import {
  CELL_HYSTERESIS_METRES,
  CELL_METRES,
  EVENTS_PER_STEP_MAX,
  NET_ID_QUARANTINE_TICKS,
  TEAMS_MAX,
} from '@battalion/sim/limits.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

const ID = 'I-16'
const NEVER = -1

export class LimitsCheck {
  readonly #leftTick: Float64Array
  #arenaBytes = 0

  constructor(capacity: number) {
    this.#leftTick = new Float64Array(capacity).fill(NEVER)
  }

  check(step: StepRecord): void {
    const { world } = step
    const { events } = world
    hold(events.count <= EVENTS_PER_STEP_MAX, ID, () => `${events.count} events in one step`)
    hold(events.stepEndCount === events.count, ID, () => 'the step left its events open')
    if (this.#arenaBytes === 0) this.#arenaBytes = world.arena.byteLength
    hold(world.arena.byteLength === this.#arenaBytes, ID, () => 'the state grew')
    hold(world.slotsUsed <= world.capacity, ID, () => `${world.slotsUsed} slots used`)
    this.#checkComings(step)
    this.#checkCounts(step)
    for (let id = 0; id < world.slotsUsed; id++) this.#checkCell(step, id)
  }

  #checkComings(step: StepRecord): void {
    const { world } = step
    forEachEvent(world, (row, type) => {
      const netId = world.events.target[row]!
      if (type === EventType.leave) this.#leftTick[netId] = step.beginTick
      if (type !== EventType.join) return
      const left = this.#leftTick[netId]!
      const isRested = left === NEVER || step.beginTick - left >= NET_ID_QUARANTINE_TICKS
      hold(isRested, ID, () => `#${netId} came again ${step.beginTick - left} ticks after it left`)
    })
  }

  #checkCounts(step: StepRecord): void {
    const { world } = step
    const byTeam = Array.from({ length: TEAMS_MAX }, () => 0)
    let count = 0
    for (let id = 0; id < world.capacity; id++) {
      if (world.soldiers.state[id] === LifeState.empty) continue
      count++
      byTeam[world.soldiers.team[id]!]!++
    }
    hold(count === world.soldierCount, ID, () => `${count} soldiers, counted ${world.soldierCount}`)
    hold(count <= world.soldiersMax, ID, () => `${count} soldiers of ${world.soldiersMax}`)
    for (let team = 0; team < TEAMS_MAX; team++) {
      const counted = world.teams.soldierCount[team]!
      hold(
        counted === byTeam[team],
        ID,
        () => `team ${team} has ${byTeam[team]}, counted ${counted}`,
      )
    }
  }

  #checkCell(step: StepRecord, id: number): void {
    const { soldiers } = step.world
    const cell = soldiers.cell[id]!
    const state = soldiers.state[id]
    if (state !== LifeState.alive && state !== LifeState.down) {
      hold(cell === -1, ID, () => `#${id} is off the field and in cell ${cell}`)
      return
    }
    const cellsX = Math.ceil(step.map.widthMetres / CELL_METRES)
    const west = (cell % cellsX) * CELL_METRES
    const north = Math.floor(cell / cellsX) * CELL_METRES
    const dx = soldiers.px[id]! - west
    const dz = soldiers.pz[id]! - north
    const low = -CELL_HYSTERESIS_METRES
    const high = CELL_METRES + CELL_HYSTERESIS_METRES
    const isNear = dx >= low && dx <= high && dz >= low && dz <= high
    hold(isNear, ID, () => `#${id} is not in its cell ${cell} but (${dx}, ${dz}) from its corner`)
  }
}
