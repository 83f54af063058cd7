/**
 * A bot that costs next to nothing: takes a real seat, acknowledges the join, answers pings, moves
 * and fires by dice, reads only the head of each snapshot, counts bytes and frames. It believes the
 * server everything and understands hardly any of it: it loads, it does not judge.
 */
import type { Timers } from '@battalion/base/clock.ts'
import { createPrng, nextBetween, nextFloat, type PrngState } from '@battalion/base/prng.ts'
import { angleOfVector } from '@battalion/base/trig-table.ts'
import { AppError } from '@battalion/base/app-error.ts'
import {
  createGuest,
  botHeaders,
  requestJson,
  type GuestSession,
} from '@battalion/client/session.ts'
import { systemClock } from '../system-clock.ts'
import { freshSession, guestOptions } from './guest-options.ts'
import { Button, type Command } from '@battalion/sim/commands.ts'
import { findCloseReason } from '@battalion/wire/close-codes.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'
import { BYTES_INPUT, BYTES_SNAPSHOT } from '@battalion/wire/messages.ts'
import { PROTOCOL_VERSION } from '@battalion/wire/protocol-version.ts'
import type { BattleGround } from './battle-ground.ts'
import { countUnder, keepSample, type BotStage, type CrowdBot } from './crowd-bot.ts'
import type { BotOptions } from './full-bot.ts'
import {
  createRoundTripQuestion,
  findMessageNumber,
  readLeanHead,
  readMessageName,
  RoomCode,
  type LeanHead,
} from './lean-protocol.ts'
import { LeanSocket } from './lean-socket.ts'
import { LeanWalk, type Place } from './lean-walk.ts'
import { createClientFrame, Opcode } from './web-socket-frames.ts'

/** Ten input frames a second, two commands each: what a player's client sends. */
const INPUT_MS = 100
const COMMANDS_PER_FRAME = 2
const FRAME_BYTES = 2 + 1 + 12 * COMMANDS_PER_FRAME
const ROUND_TRIP_MS = 2000
/** Between socket and acknowledged join (ms). */
const JOIN_MS_MAX = 10_000
const VIEW_DELAY_EIGHTHS = 16

export interface LeanBotOptions extends BotOptions {
  /** The ground to walk on; without it the bot wanders. */
  readonly ground: BattleGround | undefined
  readonly timers: Timers
  /** Where all go, for crowds in one place. */
  readonly gather: Place | undefined
}

interface Seat {
  readonly roomId: string
  readonly sessionId: string
  readonly processId: string
  readonly publicAddress?: string
}

export class LeanBot implements CrowdBot {
  readonly updateMs = INPUT_MS
  readonly #options: LeanBotOptions
  readonly #dice: PrngState
  readonly #walk: LeanWalk
  readonly #commands: Command[] = [createCommand(), createCommand()]
  readonly #body = new Uint8Array(FRAME_BYTES)
  readonly #head: LeanHead = { tick: 0, hasPosition: false, x: 0, z: 0 }
  #stage: BotStage = 'out'
  #session: GuestSession | undefined
  #socket: LeanSocket | undefined
  #joined: (() => void) | undefined
  #failed: ((code: number) => void) | undefined
  #seq = 0
  #snapshotRateHz = 20
  #snapshots = 0
  #collectedAtMs = Number.NaN
  #collectedSnapshots = 0
  #questionId = 0
  #askedAtMs = 0
  #isAnswered = true
  #fireUntilMs = 0
  #nextFireMs = 0

  constructor(options: LeanBotOptions) {
    this.#options = options
    this.#dice = createPrng(options.seed)
    this.#walk = new LeanWalk(this.#dice, options.ground, options.gather)
  }

  get stage(): BotStage {
    return this.#stage
  }

  async join(): Promise<void> {
    this.#stage = 'joining'
    try {
      const url = await this.#takeSeat()
      const joined = new Promise<void>((resolve, reject) => {
        this.#joined = resolve
        this.#failed = (code) => reject(refusal(code))
      })
      joined.catch(() => undefined)
      await LeanSocket.open(url, {
        opened: (socket) => (this.#socket = socket),
        message: (payload) => this.#onMessage(payload),
        closed: (code) => this.#onClosed(code),
      })
      const patience = this.#options.timers.setTimeout(() => this.#failed?.(1006), JOIN_MS_MAX)
      await joined.finally(() => patience.cancel())
      this.#stage = 'playing'
    } catch (error) {
      this.#socket?.close()
      this.#socket = undefined
      this.#stage = 'out'
      if (error instanceof AppError && error.code === 'unauthenticated') this.#session = undefined
      throw error
    }
  }

  update(nowMs: number): void {
    if (this.#stage !== 'playing' || this.#socket === undefined) return
    if (this.#head.hasPosition) this.#walk.look(nowMs, this.#head)
    this.#sendInputs(nowMs)
    if (nowMs - this.#askedAtMs >= ROUND_TRIP_MS) this.#askRoundTrip(nowMs)
  }

  leave(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    this.#stage = 'out'
    socket?.send(Uint8Array.of(RoomCode.leave))
    socket?.close()
    return Promise.resolve()
  }

  collect(nowMs: number): void {
    const { counts } = this.#options
    if (this.#stage === 'playing' && !Number.isNaN(this.#collectedAtMs)) {
      const elapsedSec = (nowMs - this.#collectedAtMs) / 1000
      counts.snapshotsExpected += elapsedSec * this.#snapshotRateHz
      counts.snapshotsReceived += this.#snapshots - this.#collectedSnapshots
    }
    this.#collectedAtMs = this.#stage === 'playing' ? nowMs : Number.NaN
    this.#collectedSnapshots = this.#snapshots
  }

  async #takeSeat(): Promise<URL> {
    const { baseUrl, name, botKey, seed, join } = this.#options
    this.#session = freshSession(this.#session, systemClock.wallMs())
    this.#session ??= await createGuest(baseUrl, guestOptions({ name, botKey, seed }))
    const seat = (await requestJson(`${baseUrl}/matchmake/joinOrCreate/battlefield`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.#session.accessToken}`,
        ...botHeaders(botKey),
      },
      body: JSON.stringify({ protocolVersion: PROTOCOL_VERSION, name, ...join }),
    })) as Seat
    const base = new URL(baseUrl)
    const host = seat.publicAddress ?? base.host
    const query = new URLSearchParams({
      sessionId: seat.sessionId,
      _authToken: this.#session.accessToken,
    })
    return new URL(`ws://${host}/${seat.processId}/${seat.roomId}?${query.toString()}`)
  }

  #onMessage(frame: Buffer): void {
    const { counts } = this.#options
    counts.framesReceived++
    counts.bytesReceived += frame.length
    const code = frame[0]
    if (code === RoomCode.bytes && frame[1] === BYTES_SNAPSHOT) this.#onSnapshot(frame)
    else if (code === RoomCode.join) {
      this.#send(Uint8Array.of(RoomCode.join))
      this.#joined?.()
    } else if (code === RoomCode.data) this.#onData(frame)
  }

  #onSnapshot(frame: Buffer): void {
    this.#snapshots++
    if (!readLeanHead(frame.subarray(2), this.#head)) this.#options.counts.decodeFailures++
  }

  #onData(frame: Buffer): void {
    const name = readMessageName(frame)
    if (name === 'rtt') this.#onRoundTrip(frame)
    else if (name === 'result') this.#options.counts.resultsSeen++
    else if (name === 'welcome') {
      this.#snapshotRateHz = findMessageNumber(frame, 'snapshotRateHz') ?? this.#snapshotRateHz
    }
  }

  #onRoundTrip(frame: Buffer): void {
    if (findMessageNumber(frame, 'id') !== this.#questionId || this.#isAnswered) return
    this.#isAnswered = true
    keepSample(this.#options.counts.roundTripMs, this.#options.now() - this.#askedAtMs)
  }

  #askRoundTrip(nowMs: number): void {
    this.#questionId = (this.#questionId + 1) & 0x7f
    this.#askedAtMs = nowMs
    this.#isAnswered = false
    this.#send(createRoundTripQuestion(this.#questionId))
  }

  #sendInputs(nowMs: number): void {
    const isFiring = this.#isFiring(nowMs)
    const yaw = angleOfVector(this.#walk.dirX, this.#walk.dirZ)
    for (const command of this.#commands) {
      this.#seq = (this.#seq + 1) & 0xffff
      command.seq = this.#seq
      command.buttons = isFiring ? Button.fire : Button.sprint
      command.moveX = Math.round(this.#walk.dirX * 127)
      command.moveZ = Math.round(this.#walk.dirZ * 127)
      command.yaw = (yaw + Math.round(nextBetween(this.#dice, -2000, 2000))) & 0xffff
      command.aimDistance = 320
      command.viewTime = (this.#head.tick * 8 - VIEW_DELAY_EIGHTHS) & 0xffff
    }
    this.#body[0] = RoomCode.bytes
    this.#body[1] = BYTES_INPUT
    encodeInputs(this.#commands, this.#body, 2)
    this.#send(this.#body)
  }

  /** Half a second of fire every two to six. */
  #isFiring(nowMs: number): boolean {
    if (nowMs >= this.#nextFireMs) {
      this.#fireUntilMs = nowMs + 500 * nextFloat(this.#dice)
      this.#nextFireMs = nowMs + nextBetween(this.#dice, 2000, 6000)
    }
    return nowMs < this.#fireUntilMs
  }

  #send(payload: Uint8Array): void {
    this.#options.counts.bytesSent += payload.length
    this.#socket?.sendFrame(createClientFrame(Opcode.binary, payload))
  }

  #onClosed(code: number): void {
    this.#failed?.(code)
    if (this.#stage !== 'playing') return
    this.#stage = 'out'
    this.#socket = undefined
    countUnder(this.#options.counts.disconnects, closeReason(code))
  }
}

function closeReason(code: number): string {
  return findCloseReason(code) ?? (code === 1006 ? 'connection_lost' : `code_${code}`)
}

function refusal(code: number): AppError {
  const reason = closeReason(code)
  return new AppError('unavailable', `The battle closed the connection: ${reason}.`)
}
