/**
 * I-13, first half: time goes on by one; each sequence number is carried out at most once, replays
 * and old ones never. Keeps its own idea of everybody's last number; who reconnects numbers anew.
 */
import { Button } from '@battalion/sim/commands.ts'
import { EventType } from '@battalion/sim/events.ts'
import { SEQ_JUMP_MAX } from '@battalion/sim/limits.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { StepRecord } from './step-record.ts'
import { forEachEvent, hold } from './step-record.ts'

const ID = 'I-13'
const NONE = -1

export class CommandCheck {
  readonly #lastSeq: Int32Array
  readonly #accepted: Uint8Array
  /** Buttons of the last command carried out, 0 at a spawn. */
  readonly #lastButtons: Uint16Array

  constructor(capacity: number) {
    this.#lastSeq = new Int32Array(capacity).fill(NONE)
    this.#accepted = new Uint8Array(capacity)
    this.#lastButtons = new Uint16Array(capacity)
  }

  /** Whether the soldier's command of this step was a new one. */
  isAccepted(id: number): boolean {
    return this.#accepted[id] !== 0
  }

  check(step: StepRecord): void {
    const { world } = step
    hold(world.tick === step.beginTick + 1, ID, () => `tick ${step.beginTick} → ${world.tick}`)
    forEachEvent(world, (row, type) => {
      if (type === EventType.join) this.#lastSeq[world.events.target[row]!] = NONE
    })
    for (const id of step.reconnected) this.#lastSeq[id] = NONE
    this.#accepted.fill(0)
    for (const [id, command] of step.commands) {
      if (!this.#isNew(id, command.seq)) continue
      this.#lastSeq[id] = command.seq
      this.#accepted[id] = 1
    }
    const { soldiers } = world
    for (let id = 0; id < world.slotsUsed; id++) {
      if (soldiers.state[id] === LifeState.empty) continue
      const last = this.#lastSeq[id]!
      const ack = soldiers.hasAck[id] === 0 ? NONE : soldiers.ackSeq[id]!
      hold(ack === last, ID, () => `#${id} acknowledges ${ack}, the last new command was ${last}`)
    }
    forEachEvent(world, (row, type) => {
      if (type === EventType.shot) this.#checkShot(step, row)
    })
    this.#rememberButtons(step)
  }

  #checkShot(step: StepRecord, row: number): void {
    const { events } = step.world
    const actor = events.actor[row]!
    hold(this.isAccepted(actor), ID, () => `#${actor} fired on a command it had carried out`)
    const weaponIndex = events.kind[row]!
    const { weapons } = step.balance.classes[step.begin.classId[actor]!]!
    if (!weapons.includes(weaponIndex)) return
    const weapon = step.balance.weapons[weaponIndex]!
    const isHeld = (this.#lastButtons[actor]! & Button.fire) !== 0
    hold(weapon.automatic || !isHeld, ID, () => `#${actor} held fire and shot ${weapon.id} again`)
  }

  #rememberButtons(step: StepRecord): void {
    forEachEvent(step.world, (row, type) => {
      if (type === EventType.spawn) this.#lastButtons[step.world.events.target[row]!] = 0
    })
    for (const [id, command] of step.commands) {
      if (this.isAccepted(id)) this.#lastButtons[id] = command.buttons
    }
  }

  /** Ahead of the last on the u16 circle, but not by a jump. */
  #isNew(id: number, seq: number): boolean {
    const last = this.#lastSeq[id]!
    if (last === NONE) return true
    const ahead = (seq - last + 65536) % 65536
    return ahead >= 1 && ahead <= SEQ_JUMP_MAX
  }
}
