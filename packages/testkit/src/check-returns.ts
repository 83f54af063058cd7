/**
 * W9, coming back: who left a running battle and returns to it has the team and the figures he
 * left with, his squad while it has room, the time away is not played, and he enters like the
 * fallen: not before `respawnSec`. Books kept from raw columns as they stood when he left.
 */
import { EventType } from '@battalion/sim/events.ts'
import type { World } from '@battalion/sim/world.ts'
import { LOG_FIGURES } from '@battalion/sim/battle-log.ts'
import { LifeState, Phase } from '@battalion/sim/world.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

/** Playing time is no column of a soldier. */
const FIGURES = LOG_FIGURES.filter((name) => name !== 'playedSec')

const ID = 'W9'

/** A soldier as he left. */
interface LeftRow {
  readonly team: number
  readonly squad: number
  readonly playedTicks: number
  readonly figures: readonly number[]
}

export class ReturnsCheck {
  readonly #left = new Map<number, LeftRow>()
  /** Tick before which who came back may not be on the field, by net id. */
  readonly #dueTick = new Map<number, number>()

  /** Who came is looked at before the step: in it he may already fight. */
  begin(step: StepRecord): void {
    // The columns of who left stand until another soldier gets his net id, long after this step.
    for (const [netId, user] of step.leavers) this.#left.set(user, readRow(step, netId))
    for (const [netId, user] of step.returners) this.#checkReturn(step, netId, user)
  }

  /** After the step: nobody who came back entered too early. */
  check(step: StepRecord): void {
    const { world } = step
    forEachEvent(world, (row, type) => {
      const netId = world.events.target[row]!
      if (type === EventType.leave) this.#dueTick.delete(netId)
      if (type === EventType.spawn) this.#checkSpawn(world, netId)
    })
  }

  #checkReturn(step: StepRecord, netId: number, user: number): void {
    const left = this.#left.get(user)
    if (left === undefined) return
    this.#left.delete(user)
    const now = readRow(step, netId)
    hold(now.team === left.team, ID, () => `#${netId} left team ${left.team} and is in ${now.team}`)
    for (const [index, name] of FIGURES.entries()) {
      const before = left.figures[index]!
      const after = now.figures[index]!
      hold(after === before, ID, () => `#${netId} left with ${before} ${name}, has ${after} back`)
    }
    const extra = now.playedTicks - left.playedTicks
    hold(Math.abs(extra) <= 1, ID, () => `#${netId} gained ${extra} ticks of play while away`)
    this.#checkSquad(step, netId, left.squad)
    const { mode } = step
    const waitTicks = Math.round(mode.respawnSec * mode.tickRateHz)
    if (step.beginPhase === Phase.running) this.#dueTick.set(netId, step.beginTick + waitTicks)
  }

  /** Nobody left since he came, so room that is there now was there then. */
  #checkSquad(step: StepRecord, netId: number, squad: number): void {
    const { soldiers, slotsUsed } = step.world
    if (soldiers.squad[netId] === squad) return
    let count = 0
    for (let id = 0; id < slotsUsed; id++) {
      const isThere = soldiers.state[id] !== LifeState.empty && soldiers.squad[id] === squad
      if (isThere && soldiers.team[id] === soldiers.team[netId]) count++
    }
    const isFull = count >= step.mode.squadSize
    hold(isFull, ID, () => `#${netId} left squad ${squad}, which has room, and is in another`)
  }

  #checkSpawn(world: World, netId: number): void {
    const due = this.#dueTick.get(netId)
    this.#dueTick.delete(netId)
    if (due === undefined) return
    hold(world.tick >= due, ID, () => `#${netId} came back ${due - world.tick} ticks too early`)
  }
}

/** What a soldier has done as the step began; nobody plays before the battle or after its end. */
function readRow(step: StepRecord, netId: number): LeftRow {
  const { world } = step
  const { soldiers, runningSinceTick, endedTick } = world
  const end = step.beginPhase === Phase.ended ? endedTick : step.beginTick
  return {
    team: soldiers.team[netId]!,
    squad: soldiers.squad[netId]!,
    playedTicks: end - Math.max(soldiers.joinTick[netId]!, runningSinceTick),
    figures: FIGURES.map((name) => soldiers[name][netId]!),
  }
}
