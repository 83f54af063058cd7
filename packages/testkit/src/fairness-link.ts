/**
 * The connection of one player of the fairness experiment: what he sends, when it arrives, and the
 * server's door: token bucket, `parseInput`, input queues, all of them the real ones. A frame the
 * door refuses is dropped here; a real room also closes its sender, which would only cost a cheat.
 */
import type { PrngState } from '@battalion/base/prng.ts'
import { nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { Command } from '@battalion/sim/commands.ts'
import { Button } from '@battalion/sim/commands.ts'
import { encodeInputs } from '@battalion/wire/input-codec.ts'
import { COMMANDS_PER_FRAME_MAX, COMMAND_BYTES } from '@battalion/wire/wire-limits.ts'
import type { InputQueues } from '../../../rooms/input-queues.ts'
import { parseInput } from '../../../rooms/parse-input.ts'
import { TokenBucket } from '../../../rooms/token-bucket.ts'
import type { FairnessArm } from './fairness-arms.ts'

/** The shipped limits of a client (`src/config.ts`: FRAMES_PER_SEC and so on). */
const DOOR = { framesPerSec: 60, framesBurst: 120, bytesPerSec: 16_384, bytesBurst: 32_768 }
const SWITCH_TICKS_MIN = 6
const SWITCH_TICKS_MAX = 20
const SWITCH_PAUSE_TICKS = 60
/** Frames a tick that the door takes for ever: 60 a second at 20 Hz. */
const FLOOD_FRAMES = 3
const SENT_KEPT_MAX = 64

interface Travelling {
  readonly arriveStep: number
  readonly bytes: Uint8Array
}

/** What the door said, added up over all players of a kind. */
export interface DoorCounts {
  frames: number
  dropped: number
  refused: number
}

export interface FairnessLinkOptions {
  readonly arm: FairnessArm
  readonly netId: number
  readonly dice: PrngState
  readonly queues: InputQueues
  readonly counts: DoorCounts
  readonly tickMs: number
}

export class FairnessLink {
  readonly #options: FairnessLinkOptions
  readonly #bucket: TokenBucket
  readonly #onTheWay: Travelling[] = []
  /** Commands sent before, oldest first, for who sends them again. */
  readonly #sent: Command[] = []
  readonly #held: Command[] = []
  readonly #last = { buttons: 0, moveX: 0, moveZ: 0, yaw: 0 }
  readonly #metrics
  #seq: number
  #holdUntilStep = 0
  #nextHoldStep = 0

  constructor(options: FairnessLinkOptions) {
    this.#options = options
    this.#bucket = new TokenBucket(DOOR, 0)
    this.#seq = nextBelow(options.dice, 65536)
    this.#metrics = { inputRejected: () => void this.#options.counts.dropped++ }
  }

  /** Number of the next command. */
  nextSeq(): number {
    this.#seq = (this.#seq + 1) & 0xffff
    return this.#seq
  }

  /** Sends what the player does in this step, as his kind does. */
  send(command: Command, step: number, isFighting: boolean): void {
    const { send } = this.#options.arm
    if (send === 'switch') this.#sendSwitched(command, step, isFighting)
    else if (send === 'replay') this.#sendReplayed(command, step)
    else if (send === 'flood') this.#sendFlood(command, step)
    else this.#post([command], step)
  }

  /** Hands over what has arrived; call before the step. */
  deliver(step: number): void {
    const { queues, netId, counts, tickMs } = this.#options
    while (this.#onTheWay.length > 0 && this.#onTheWay[0]!.arriveStep <= step) {
      const { bytes } = this.#onTheWay.shift()!
      counts.frames++
      if (!this.#bucket.take(bytes.length, step * tickMs)) {
        counts.refused++
        continue
      }
      const { rejection } = parseInput(bytes, { queues, netId, last: this.#last }, this.#metrics)
      if (rejection !== undefined) counts.refused++
    }
  }

  #post(commands: readonly Command[], step: number): void {
    for (let at = 0; at < commands.length; at += COMMANDS_PER_FRAME_MAX) {
      const some = commands.slice(at, at + COMMANDS_PER_FRAME_MAX)
      const bytes = new Uint8Array(1 + some.length * COMMAND_BYTES)
      encodeInputs(some, bytes, 0)
      this.#postBytes(bytes, step)
    }
  }

  /** Frames never overtake each other: the connection is a stream. */
  #postBytes(bytes: Uint8Array, step: number): void {
    const { arm, dice } = this.#options
    const late = nextFloat(dice) < arm.link.lateShare ? 1 : 0
    const before = this.#onTheWay.at(-1)?.arriveStep ?? 0
    this.#onTheWay.push({ arriveStep: Math.max(before, step + arm.link.upTicks + late), bytes })
  }

  #sendSwitched(command: Command, step: number, isFighting: boolean): void {
    const { dice } = this.#options
    if (isFighting && step >= this.#nextHoldStep) {
      const spread = SWITCH_TICKS_MAX - SWITCH_TICKS_MIN + 1
      this.#holdUntilStep = step + SWITCH_TICKS_MIN + nextBelow(dice, spread)
      this.#nextHoldStep = this.#holdUntilStep + SWITCH_PAUSE_TICKS
    }
    this.#held.push(command)
    if (step < this.#holdUntilStep) return
    this.#post(this.#held, step)
    this.#held.length = 0
  }

  #sendReplayed(command: Command, step: number): void {
    const { dice } = this.#options
    this.#post([command], step)
    this.#post([command], step)
    const old = this.#sent[nextBelow(dice, Math.max(1, this.#sent.length))]
    if (old !== undefined) {
      this.#post([old], step)
      const isShot = (old.buttons & Button.fire) !== 0
      if (isShot && step % 4 === 0) this.#post([{ ...old, seq: this.nextSeq() }], step)
    }
    this.#sent.push(command)
    if (this.#sent.length > SENT_KEPT_MAX) this.#sent.shift()
  }

  #sendFlood(command: Command, step: number): void {
    const commands = [command]
    while (commands.length < FLOOD_FRAMES * COMMANDS_PER_FRAME_MAX) {
      commands.push({ ...command, seq: this.nextSeq() })
    }
    for (const one of commands) {
      one.buttons |= Button.sprint
      if (one.moveX !== 0) one.moveX = one.moveX < 0 ? -127 : 127
      if (one.moveZ !== 0) one.moveZ = one.moveZ < 0 ? -127 : 127
    }
    this.#post(commands, step)
    if (step % 20 === 0) this.#postBytes(brokenFrame(step), step)
  }
}

/** Frames no client of ours makes: a hundred commands, unknown buttons, an axis of -128. */
function brokenFrame(step: number): Uint8Array {
  const kind = (step / 20) % 3
  if (kind === 0) return new Uint8Array(1 + 100 * COMMAND_BYTES).fill(100)
  return new Uint8Array(1 + COMMAND_BYTES).fill(kind === 1 ? 0xff : 0x80).fill(1, 0, 1)
}
