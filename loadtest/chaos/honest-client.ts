/**
 * A player who does everything right, seen from the wire: joins from an address of its own, walks
 * and fires by dice ten frames a second, asks for the round trip, counts what it gets. What an
 * attack does to others is what it does to these.
 */
import { createPrng, nextBelow, type PrngState } from '@battalion/base/prng.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'
import { BYTES_INPUT, BYTES_SNAPSHOT } from '@battalion/wire/messages.ts'
import {
  createRoundTripQuestion,
  findMessageNumber,
  readMessageName,
  RoomCode,
} from '../bots/lean-protocol.ts'
import { readWaitMs } from '../machine.ts'
import { joinBattle, type JoinSetup, type Joined } from './battle-user.ts'
import type { Target } from './raw-link.ts'

/** Between two input frames of two commands each (ms). */
export const INPUT_MS = 100
const ROUND_TRIP_EVERY = 3
const TURN_EVERY = 12

/** What honest clients count together. */
export interface HonestCounts {
  snapshots: number
  bytes: number
  disconnects: number
  /** Without the time in which this process was ready and got no core: that is not the server's. */
  roundTripMs: number[]
}

export class HonestClient {
  readonly #counts: HonestCounts
  readonly #dice: PrngState
  readonly #commands = [createCommand(), createCommand()]
  readonly #frame = new Uint8Array(2 + 25)
  #joined: Joined | undefined
  #isLeaving = false
  #turn = 0
  #seq = 0
  #questionId = 0
  #askedAtMs = 0
  #askedWaitMs = 0
  #snapshots = 0

  constructor(seed: number, counts: HonestCounts) {
    this.#dice = createPrng(seed)
    this.#counts = counts
  }

  get isPlaying(): boolean {
    return this.#joined !== undefined && !this.#joined.link.isEnded
  }

  /** Snapshots since the last call. */
  takeSnapshots(): number {
    const count = this.#snapshots
    this.#snapshots = 0
    return count
  }

  async join(target: Target, address: string, setup: JoinSetup = {}): Promise<void> {
    const onMessage = (payload: Buffer) => this.#onMessage(payload)
    this.#joined = await joinBattle(target, address, { ...setup, onMessage })
    this.#joined.link.socket.once('close', () => {
      if (!this.#isLeaving) this.#counts.disconnects++
    })
  }

  /** Called every INPUT_MS. */
  update(): void {
    if (this.#joined === undefined || !this.isPlaying) return
    this.#turn++
    this.#joined.link.send(this.#writeInputs())
    if (this.#turn % ROUND_TRIP_EVERY !== 0) return
    this.#questionId = (this.#questionId + 1) & 0x7f
    this.#askedAtMs = performance.now()
    this.#askedWaitMs = ownWaitMs()
    this.#joined.link.send(createRoundTripQuestion(this.#questionId))
  }

  leave(): void {
    this.#isLeaving = true
    this.#joined?.link.send(Uint8Array.of(RoomCode.leave))
    this.#joined?.link.socket.end()
  }

  #writeInputs(): Uint8Array {
    const isTurn = this.#turn % TURN_EVERY === 1
    const moveX = isTurn ? nextBelow(this.#dice, 255) - 127 : this.#commands[0]!.moveX
    const moveZ = isTurn ? nextBelow(this.#dice, 255) - 127 : this.#commands[0]!.moveZ
    for (const command of this.#commands) {
      this.#seq = (this.#seq + 1) & 0xffff
      Object.assign(command, { seq: this.#seq, moveX, moveZ, yaw: nextBelow(this.#dice, 65536) })
      command.buttons = nextBelow(this.#dice, 4) === 0 ? 1 : 0
    }
    this.#frame[0] = RoomCode.bytes
    this.#frame[1] = BYTES_INPUT
    encodeInputs(this.#commands, this.#frame, 2)
    return this.#frame
  }

  #onMessage(frame: Buffer): void {
    this.#counts.bytes += frame.length
    if (frame[0] === RoomCode.bytes && frame[1] === BYTES_SNAPSHOT) {
      this.#counts.snapshots++
      this.#snapshots++
    }
    if (frame[0] !== RoomCode.data || readMessageName(frame) !== 'rtt') return
    if (findMessageNumber(frame, 'id') !== this.#questionId || this.#askedAtMs === 0) return
    const waitedMs = ownWaitMs() - this.#askedWaitMs
    this.#counts.roundTripMs.push(performance.now() - this.#askedAtMs - waitedMs)
    this.#askedAtMs = 0
  }
}

/** Attackers share the core of the honest ones; 0 where the kernel does not tell. */
function ownWaitMs(): number {
  return readWaitMs(process.pid) || 0
}
