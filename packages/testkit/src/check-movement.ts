/**
 * I-12, movement: nobody goes further in a step than its class, its buttons and its stick allow;
 * who is fallen, dead or without a command stays where it is; nobody passes through a wall.
 */
import { Button } from '@battalion/sim/commands.ts'
import { EventType } from '@battalion/sim/events.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { CommandCheck } from './check-commands.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

const ID = 'I-12'
/** Rounding of positions, and the millimetre that keeps bodies off walls. */
const TOLERANCE_METRES = 0.003
/** Longer steps may round a corner: their straight line says nothing about walls. */
const STRAIGHT_METRES_MAX = 0.6

export class MovementCheck {
  readonly #spawned: Uint8Array

  constructor(capacity: number) {
    this.#spawned = new Uint8Array(capacity)
  }

  check(step: StepRecord, commands: CommandCheck): void {
    const { world, begin } = step
    this.#spawned.fill(0)
    forEachEvent(world, (row, type) => {
      if (type === EventType.spawn) this.#spawned[world.events.target[row]!] = 1
    })
    for (let id = 0; id < world.slotsUsed; id++) {
      if (this.#spawned[id] !== 0 || begin.state[id] === LifeState.empty) continue
      const dx = world.soldiers.px[id]! - begin.px[id]!
      const dz = world.soldiers.pz[id]! - begin.pz[id]!
      const way = Math.sqrt(dx * dx + dz * dz)
      if (way === 0) continue
      hold(begin.state[id] === LifeState.alive, ID, () => `#${id} moved ${way} m without standing`)
      hold(commands.isAccepted(id), ID, () => `#${id} moved ${way} m without a new command`)
      const wayMax = this.#wayMax(step, id)
      hold(way <= wayMax, ID, () => `#${id} moved ${way} m, ${wayMax} m at most`)
      if (way <= STRAIGHT_METRES_MAX) this.#checkPath(step, id)
    }
  }

  #wayMax(step: StepRecord, id: number): number {
    const command = step.commands.get(id)!
    const soldierClass = step.balance.classes[step.begin.classId[id]!]!
    let speed = soldierClass.walkMetresPerSec
    const held = command.buttons & (Button.crouch | Button.sprint | Button.fire)
    if ((held & Button.crouch) !== 0) speed *= soldierClass.crouchRatio
    else if (held === Button.sprint) speed *= soldierClass.sprintRatio
    return speed / step.mode.tickRateHz + TOLERANCE_METRES
  }

  #checkPath(step: StepRecord, id: number): void {
    const { soldiers } = step.world
    const segment = {
      ax: step.begin.px[id]!,
      az: step.begin.pz[id]!,
      bx: soldiers.px[id]!,
      bz: soldiers.pz[id]!,
    }
    const isBlocked = step.walls.isSegmentBlocked(segment, 'any', 0)
    hold(!isBlocked, ID, () => `#${id} passed through a box at (${segment.bx}, ${segment.bz})`)
  }
}
