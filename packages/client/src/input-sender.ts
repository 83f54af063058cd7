/**
 * Turns intents into numbered commands and commands into frames. Frames carry `commandsPerFrame`
 * commands, but one whose fire, reload, ability or revive button changed goes at once: waiting for
 * company would cost a shot a whole tick; for the same reason commands go alone while a trigger is
 * held and a little longer. A short press between two commands is kept for the next,
 * so that no click is lost.
 */
import { assert } from '@battalion/base/assert.ts'
import { Button, type Command } from '@battalion/sim/commands.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'
import { COMMANDS_PER_FRAME_MAX, INPUT_BYTES_MAX } from '@battalion/wire/wire-limits.ts'
import { type Intent, writeIntent } from './intent.ts'

/** Buttons whose change does not wait. */
const URGENT_BUTTONS = Button.fire | Button.reload | Button.ability | Button.revive
/** Buttons that aim at somebody: held, each command goes alone. */
const AIMING_BUTTONS = Button.fire | Button.ability
/** Commands that still go alone after the last such one: between bursts pairs would add age. */
const ALONE_AFTER_COUNT = 20
/** Buttons whose short press is remembered until the next command. */
const LATCHED_BUTTONS = Button.fire | Button.reload | Button.ability

export class InputSender {
  readonly #commandsPerFrame: number
  readonly #send: (bytes: Uint8Array, firstSeq: number) => void
  readonly #batch: Command[] = []
  readonly #bytes = new Uint8Array(INPUT_BYTES_MAX)
  #seq = 0
  #latched = 0
  #lastButtons = 0
  #aloneLeft = 0
  framesSent = 0

  constructor(commandsPerFrame: number, send: (bytes: Uint8Array, firstSeq: number) => void) {
    assert(commandsPerFrame <= COMMANDS_PER_FRAME_MAX, 'a frame holds at most three commands')
    this.#commandsPerFrame = commandsPerFrame
    this.#send = send
  }

  /** Commands in the frames of now: 1 while shots are about. */
  get commandsPerFrame(): number {
    return this.#aloneLeft > 0 ? 1 : this.#commandsPerFrame
  }

  /** Remembers presses until the next command. */
  latch(intent: Intent): void {
    this.#latched |= intent.buttons & LATCHED_BUTTONS
  }

  /** The next command, sent now or with its frame. The object stays valid and unchanged. */
  make(intent: Intent, viewTime: number): Command {
    const command = createCommand()
    writeIntent(intent, command)
    command.buttons |= this.#latched
    this.#latched = 0
    this.#seq = (this.#seq + 1) & 0xffff
    command.seq = this.#seq
    command.viewTime = viewTime & 0xffff
    this.#batch.push(command)
    const changed = (command.buttons ^ this.#lastButtons) & URGENT_BUTTONS
    this.#lastButtons = command.buttons
    const isAiming = (command.buttons & AIMING_BUTTONS) !== 0
    this.#aloneLeft = isAiming ? ALONE_AFTER_COUNT : Math.max(0, this.#aloneLeft - 1)
    if (changed !== 0 || this.#batch.length >= this.commandsPerFrame) this.flush()
    return command
  }

  /** Sends what waits for company. */
  flush(): void {
    if (this.#batch.length === 0) return
    const end = encodeInputs(this.#batch, this.#bytes, 0)
    const firstSeq = this.#batch[0]!.seq
    this.#batch.length = 0
    this.framesSent++
    this.#send(this.#bytes.subarray(0, end), firstSeq)
  }

  /** Drops unsent commands, after a lost connection. Numbers go on: the server keeps its ack. */
  reset(): void {
    this.#batch.length = 0
    this.#latched = 0
  }
}
