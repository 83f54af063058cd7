/**
 * Commands that wait for their step: a ring of {@link COMMANDS_WAITING_MAX} per soldier, one taken
 * per step (I-12). A full ring drops what arrives. Sequence numbers decide what is new: each
 * is taken at most once, and a jump never blocks later valid ones (E-05, I-13).
 *
 * Numbering: a command is new when its number is 1..{@link SEQUENCE_STEP_MAX} after the last. One
 * further away, either way, is held against the client's next one: two in a row that follow each
 * other far away are a client that numbers anew, one alone is a stray and changes nothing.
 */
import { assert } from '@battalion/base/assert.ts'
import { sequenceDifference } from '@battalion/base/sequence.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { COMMANDS_WAITING_MAX } from '@battalion/sim/limits.ts'

/**
 * Largest gap between two commands of one numbering. Lost frames leave gaps of this size; a stray
 * number that jumps no further blocks fewer commands than this, one that jumps further blocks none.
 */
export const SEQUENCE_STEP_MAX = 4
/** Older than this cannot be told from a new numbering (commands); newer is a replay. */
export const SEQUENCE_REPLAY_MAX = 4096

/**
 * What became of a pushed command. `full` = dropped, as too many wait: were the oldest dropped, who
 * floods would have his newest command carried out in every step, sooner than honest clients, and
 * never miss one (3 % more kills a life, decision 0011).
 */
export type PushOutcome = 'taken' | 'full' | 'replay' | 'jump'

interface Numbering {
  readonly last: Uint16Array
  readonly hasLast: Uint8Array
  readonly stray: Uint16Array
  readonly hasStray: Uint8Array
}

export class InputQueues {
  readonly #commands: Command[]
  readonly #head: Uint8Array
  readonly #count: Uint8Array
  readonly #restarted: Uint8Array
  readonly #numbering: Numbering

  /** Queues for net ids 0..capacity-1. */
  constructor(capacity: number) {
    assert(capacity > 0, 'there is somebody to command')
    this.#commands = Array.from({ length: capacity * COMMANDS_WAITING_MAX }, createCommand)
    this.#head = new Uint8Array(capacity)
    this.#count = new Uint8Array(capacity)
    this.#restarted = new Uint8Array(capacity)
    this.#numbering = {
      last: new Uint16Array(capacity),
      hasLast: new Uint8Array(capacity),
      stray: new Uint16Array(capacity),
      hasStray: new Uint8Array(capacity),
    }
  }

  /** Commands of `netId` that wait. */
  waiting(netId: number): number {
    return this.#count[netId]!
  }

  /** Forgets everything about `netId`: somebody else uses it now, or its client starts anew. */
  reset(netId: number): void {
    this.#count[netId] = 0
    this.#restarted[netId] = 1
    this.#numbering.hasLast[netId] = 0
    this.#numbering.hasStray[netId] = 0
  }

  /** Takes `command` (copied) when it is new. */
  push(netId: number, command: Command): PushOutcome {
    const verdict = this.#judge(netId, command.seq)
    if (verdict !== 'taken') return verdict
    if (this.#count[netId] === COMMANDS_WAITING_MAX) return 'full'
    const place = (this.#head[netId]! + this.#count[netId]!) % COMMANDS_WAITING_MAX
    Object.assign(this.#commands[netId * COMMANDS_WAITING_MAX + place]!, command)
    this.#count[netId]!++
    return 'taken'
  }

  /** The oldest waiting command, valid until the next push; undefined when none waits. */
  shift(netId: number): Command | undefined {
    if (this.#count[netId] === 0) return undefined
    const command = this.#commands[netId * COMMANDS_WAITING_MAX + this.#head[netId]!]
    this.#dropOldest(netId)
    return command
  }

  /** True once after a reset or a new numbering: the world must forget the last number as well. */
  takeRestart(netId: number): boolean {
    const isRestarted = this.#restarted[netId] === 1
    this.#restarted[netId] = 0
    return isRestarted
  }

  #dropOldest(netId: number): void {
    this.#head[netId] = (this.#head[netId]! + 1) % COMMANDS_WAITING_MAX
    this.#count[netId]!--
  }

  #judge(netId: number, seq: number): 'taken' | 'replay' | 'jump' {
    const { last, hasLast, stray, hasStray } = this.#numbering
    const distance = sequenceDifference(seq, last[netId]!)
    if (hasLast[netId] === 0 || isNext(distance)) {
      this.#accept(netId, seq)
      return 'taken'
    }
    if (distance <= 0 && distance > -SEQUENCE_REPLAY_MAX) return 'replay'
    if (hasStray[netId] === 1 && isNext(sequenceDifference(seq, stray[netId]!))) {
      this.#count[netId] = 0
      this.#restarted[netId] = 1
      this.#accept(netId, seq)
      return 'taken'
    }
    stray[netId] = seq
    hasStray[netId] = 1
    return 'jump'
  }

  #accept(netId: number, seq: number): void {
    const { last, hasLast, hasStray } = this.#numbering
    last[netId] = seq
    hasLast[netId] = 1
    hasStray[netId] = 0
  }
}

function isNext(distance: number): boolean {
  return distance > 0 && distance <= SEQUENCE_STEP_MAX
}

function createCommand(): Command {
  return { seq: 0, buttons: 0, moveX: 0, moveZ: 0, yaw: 0, aimDistance: 0, viewTime: 0 }
}
