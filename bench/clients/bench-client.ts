/**
 * One client of a bench: takes a real seat where there is such, acknowledges the join, answers
 * pings (bench-socket.ts), sends inputs, asks for the round trip now and then, counts. Reads no
 * more of a snapshot than its head, unless it is an observer. The same client for us and for
 * peers.
 */
import type { Command } from '@battalion/sim/commands.ts'
import type { Clock, Timers } from '@battalion/base/clock.ts'
import { createPrng, nextFloat } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import { EventType } from '@battalion/sim/events.ts'
import { createCommand } from '@battalion/wire/input-codec.ts'
import { BYTES_SNAPSHOT } from '@battalion/wire/messages.ts'
import { HeadBit } from '@battalion/wire/frame-head.ts'
import { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'
import {
  createRoundTripQuestion,
  findMessageNumber,
  readLeanHead,
  readMessageName,
  RoomCode,
} from '../../loadtest/bots/lean-protocol.ts'
import type { LeanHead } from '../../loadtest/bots/lean-protocol.ts'
import { BenchSocket } from './bench-socket.ts'
import type { CrowdBooks } from './crowd-books.ts'
import type { Behaviour, CrowdTask } from './crowd-talk.ts'
import { inputFrame } from './input-frames.ts'
import { PlayerHand } from './player-hand.ts'
import type { Observer, SignBoard } from './sign-board.ts'
import { signIn, takeSeat } from './take-seat.ts'

const JOIN_MS_MAX = 20_000
const ROUND_TRIP_MS = 2000
/** Two ticks: what interpolation shows. */
const VIEW_DELAY_EIGHTHS = 16
/** A signaller turns its head this often (ms), by a quarter. */
const SIGN_MS_MIN = 700
const SIGN_MS_SPREAD = 600
const QUARTER_TURN = 16_384

/** Counted by all clients of the process together. */
export interface CrowdCounts {
  framesReceived: number
  stateFrames: number
  inputFrames: number
  commands: number
  disconnects: number
  decodeFailures: number
  /** What observers saw: soldiers, and what those did and suffered, summed over their frames. */
  soldiersSeen: number
  shotsSeen: number
  hitsSeen: number
}

/** What all clients of the process share. */
export interface SharedCrowd {
  readonly clock: Clock
  readonly timers: Timers
  readonly task: CrowdTask
  readonly books: CrowdBooks
  readonly board: SignBoard
  readonly counts: CrowdCounts
}

const pair: Command[] = [createCommand(), createCommand()]
const single: Command[] = [pair[0]!]

export class BenchClient {
  isPlaying = false
  readonly #index: number
  readonly #shared: SharedCrowd
  readonly #hand: PlayerHand
  readonly #dice: PrngState
  readonly #head: LeanHead = { tick: 0, hasPosition: false, x: 0, z: 0 }
  #first = Promise.withResolvers<void>()
  #token = ''
  #socket: BenchSocket | undefined
  #observer: Observer | undefined
  #netId = -1
  #seq = 0
  #inputsWaiting = 0
  #askedAtMs = 0
  #signYaw = 0
  #nextSignMs = 0

  constructor(index: number, shared: SharedCrowd) {
    this.#index = index
    this.#shared = shared
    this.#dice = createPrng(index)
    this.#hand = new PlayerHand(index, shared.books, shared.task.sideMetres)
  }

  get bytesReceived(): number {
    return this.#socket?.bytesReceived ?? 0
  }

  get isSignaller(): boolean {
    const { observers, signallerEvery } = this.#shared.task
    return signallerEvery > 0 && this.#index >= observers && this.#index % signallerEvery === 0
  }

  async signIn(): Promise<void> {
    const { dialect, url } = this.#shared.task
    this.#token = await signIn(dialect, url, `bench ${this.#index}`)
  }

  /** Resolves with the first state. May be tried again when it fails. */
  async join(): Promise<void> {
    this.#first = Promise.withResolvers<void>()
    this.#first.promise.catch(() => undefined)
    const { dialect, url, observers, sideMetres } = this.#shared.task
    if (this.#index < observers && this.#observer === undefined) {
      const map = { widthMetres: sideMetres, depthMetres: sideMetres }
      this.#observer = this.#shared.board.add(new SnapshotDecoder(map))
    }
    this.#socket = new BenchSocket(await takeSeat(dialect, url, this.#token), {
      message: (bytes, start, end) => this.#onMessage(bytes, start, end),
      closed: (code) => this.#onClosed(code),
    })
    const { reject } = this.#first
    const late = this.#shared.timers.setTimeout(() => reject(new RangeError('late')), JOIN_MS_MAX)
    await this.#socket.opened
    await this.#first.promise.finally(() => late.cancel())
  }

  /** Sends one input frame; called at the behaviour's pace. */
  update(nowMs: number, behaviour: Behaviour): void {
    if (!this.isPlaying || behaviour.play === 'silent') return
    if (this.isSignaller) return this.#sign(nowMs)
    const commands = behaviour.commandsPerFrame === 2 ? pair : single
    this.#hand.look(nowMs, behaviour)
    for (const command of commands) {
      this.#hand.command(nowMs, behaviour, command)
      this.#number(command)
    }
    this.#sendInputs(commands)
    if (this.#shared.task.dialect === 'battle' && nowMs - this.#askedAtMs >= ROUND_TRIP_MS) {
      this.#askedAtMs = nowMs
      this.#socket?.send(createRoundTripQuestion(this.#index & 0x7f))
    }
  }

  leave(): void {
    this.isPlaying = false
    this.#socket?.close()
  }

  /** A command a frame, none while one still waits: what a client's own clock brings about. */
  #sign(nowMs: number): void {
    if (this.#inputsWaiting > 0) return
    const isDue = nowMs >= this.#nextSignMs
    if (isDue) {
      this.#nextSignMs = nowMs + SIGN_MS_MIN + SIGN_MS_SPREAD * nextFloat(this.#dice)
      this.#signYaw = (this.#signYaw + QUARTER_TURN) & 0xffff
    }
    this.#hand.command(nowMs, { play: 'still', framesPerSec: 20, commandsPerFrame: 1 }, single[0]!)
    single[0]!.yaw = this.#signYaw
    this.#number(single[0]!)
    if (isDue)
      this.#shared.board.signed(this.#netId, this.#signYaw, this.#shared.clock.monotonicMs())
    this.#sendInputs(single)
  }

  #number(command: Command): void {
    this.#seq = (this.#seq + 1) & 0xffff
    command.seq = this.#seq
    command.viewTime = (this.#head.tick * 8 - VIEW_DELAY_EIGHTHS) & 0xffff
  }

  #sendInputs(commands: readonly Command[]): void {
    const { counts, task } = this.#shared
    counts.inputFrames++
    counts.commands += commands.length
    this.#socket?.send(inputFrame(task.dialect, commands))
  }

  #onMessage(bytes: Buffer, start: number, end: number): void {
    const { counts, task } = this.#shared
    counts.framesReceived++
    if (task.dialect === 'floor' || task.dialect === 'nengi') return this.#onState()
    const code = bytes[start]
    if (code === RoomCode.join) this.#socket?.send(Uint8Array.of(RoomCode.join))
    else if (code === RoomCode.bytes && bytes[start + 1] === BYTES_SNAPSHOT) {
      this.#onSnapshot(bytes.subarray(start + 2, end))
    } else if (code === RoomCode.statePatch && task.dialect === 'colyseus') this.#onState()
    else if (code === RoomCode.data) this.#onData(Buffer.from(bytes.subarray(start, end)))
  }

  #onData(frame: Buffer): void {
    if (readMessageName(frame) === 'welcome') this.#netId = findMessageNumber(frame, 'netId') ?? -1
  }

  #onSnapshot(body: Buffer): void {
    const { books, board, counts } = this.#shared
    const hasInputs = (body[4]! & HeadBit.player) !== 0
    this.#inputsWaiting = hasInputs ? body[5]! : 0
    if (!readLeanHead(body, this.#head)) counts.decodeFailures++
    if (this.#head.hasPosition) {
      books.x[this.#index] = this.#head.x
      books.z[this.#index] = this.#head.z
    }
    if (this.#observer !== undefined) {
      if (!this.#observer.decoder.apply(body).ok) counts.decodeFailures++
      board.decoded(this.#observer, this.#shared.clock.monotonicMs())
      countFight(this.#observer.decoder, counts)
    }
    this.#onState()
  }

  #onState(): void {
    this.#shared.counts.stateFrames++
    if (this.isPlaying) return
    this.isPlaying = true
    this.#first.resolve()
  }

  #onClosed(code: number): void {
    this.#first.reject(new RangeError(`closed with ${code}`))
    if (this.isPlaying) this.#shared.counts.disconnects++
    this.isPlaying = false
  }
}

function countFight({ entities, effects }: SnapshotDecoder, counts: CrowdCounts): void {
  counts.soldiersSeen += entities.count
  for (let row = 0; row < effects.count; row++) {
    if (effects.type[row] === EventType.shot) counts.shotsSeen++
    else if (effects.type[row] === EventType.hit) counts.hitsSeen++
  }
}
