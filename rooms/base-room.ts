/**
 * The gate every room stands behind (faults.md 1.1, 1.2, 1.4). Nothing reaches Colyseus' decoders
 * or a room's own code that was not checked here: who sits where, which frames, how many, how big.
 * A throw anywhere is counted and stays in this room. There is one way to close a client.
 *
 * A room overrides the hooks at the end of this file and never Colyseus' own ones.
 */
import { assert } from '@battalion/base/assert.ts'
import { CLOSE_CODES } from '@battalion/wire/close-codes.ts'
import type { CloseReason } from '@battalion/wire/close-codes.ts'
import { ClientState, CloseCode, Room, SchemaSerializer } from '@colyseus/core'
import type { AuthContext, Client } from '@colyseus/core'
import type { Schema } from '@colyseus/schema'
import type { ZodType } from 'zod'
import { createClientSeat, isProtocolError, settleAcknowledgement } from './client-seat.ts'
import type { ClientSeat, SeatAuth } from './client-seat.ts'
import { closeTextOf, guardLeave, isOwnCloseCode } from './close-text.ts'
import { overrideInternals, rejectReconnection, stockRoom } from './colyseus-internals.ts'
import type { ConnectionOptions, ReserveArguments } from './colyseus-internals.ts'
import { CopyingSerializer } from './copying-serializer.ts'
import { ErrorBudget } from './error-budget.ts'
import { FrameDesk } from './frame-desk.ts'
import { withHookTimeout } from './hook-timeout.ts'
import { checkJoinAttempt, isSeatAuth } from './join-gate.ts'
import type { CloseSeat, LogFields, RoomPorts } from './ports.ts'
import { findAppError, toRefusal } from './refusal.ts'
import { SeatReservations } from './seat-reservations.ts'
import { SlowReaderSweep } from './slow-readers.ts'
import { TokenBucket } from './token-bucket.ts'
import type { TokenBucketLimits } from './token-bucket.ts'

/** A closed client that does not answer the closing handshake is cut off after this (ms). */
const CLOSE_HANDSHAKE_MS_MAX = 2000

/** State and listing of a room. */
export interface BaseRoomTypes {
  state: Schema
  metadata: unknown
}

export abstract class BaseRoom<T extends BaseRoomTypes> extends Room<
  Pick<T, 'state' | 'metadata'> & { client: Client }
> {
  protected readonly ports: RoomPorts
  readonly #seats = new Map<Client, ClientSeat>()
  /** Seats given out and not yet taken. */
  protected readonly reservations: SeatReservations
  readonly #errors: ErrorBudget
  /** What a user's seat elsewhere is told to call; by session id. */
  readonly #replacers = new Map<string, CloseSeat>()
  readonly #desk: FrameDesk
  readonly #sweep: SlowReaderSweep
  #isStopping = false

  constructor(ports: RoomPorts) {
    super()
    this.ports = ports
    this.#errors = new ErrorBudget(ports.limits.roomErrorsPerMinuteMax)
    this.reservations = new SeatReservations(this, ports)
    this.#desk = new FrameDesk({
      clock: ports.clock,
      frameBytesMax: ports.limits.frameBytesMax,
      dispatch: (client, frame) => stockRoom._onMessage.call(this, client, frame, true),
      receiveBytes: (client, type, bytes) => this.receiveBytes(client, type, bytes),
      rejectFrame: (client, rejection) => this.rejectFrame(client, rejection),
      flooded: (client) => this.#flooded(client),
      acknowledged: (seat) => this.#acknowledged(seat),
    })
    this.#sweep = new SlowReaderSweep(ports, {
      seats: () => this.#seats.values(),
      cutOff: (seat) => this.cutOff(seat),
      guard: (where, work) => this.guard(where, work),
    })
    this.seatReservationTimeout = ports.limits.seatTimeoutSec
    this.maxMessagesPerSecond = ports.limits.framesBurst + ports.limits.framesPerSec
    // The patch interval runs outside the error boundary and out of step with the tick.
    this.patchRate = null
    overrideInternals(this, {
      _onMessage: (client, frame, isBinary) => {
        const seat = this.#seats.get(client)
        if (seat !== undefined) this.#desk.receive(seat, frame, isBinary)
      },
      _onJoin: (client, context, options) => this.#join(client, context, options),
      _reserveSeat: (...args) => this.#reserve(args),
    })
  }

  /** Nobody new gets in; over by `deadlineMs` (monotonic) at the latest, everybody told why. */
  async drain(_deadlineMs: number): Promise<void> {
    await this.stop('draining')
  }

  /** Closes everybody with `reason` and disposes the room. */
  protected async stop(reason: CloseReason): Promise<void> {
    if (this.#isStopping) return
    this.#isStopping = true
    this.reservations.clear()
    for (const client of this.clients) this.#cutOffLater(client)
    await this.disconnect(CLOSE_CODES[reason])
  }

  /** The only way to close one client. It may not come back to this seat. */
  protected close(client: Client, reason: CloseReason): void {
    const seat = this.#seats.get(client)
    if (seat === undefined || seat.isClosing) return
    seat.isClosing = true
    seat.closeReason = reason
    settleAcknowledgement(seat)
    this.#cutOffLater(client)
    this.kickClient(client.sessionId, CLOSE_CODES[reason], closeTextOf(reason))
  }

  /** Cuts a client that does not read; it may come back. */
  protected cutOff(seat: ClientSeat): void {
    seat.closeReason = 'slow_reader'
    this.ports.sockets.terminate(seat.client)
  }

  /** Runs `work` inside the room's error boundary; false when it threw. */
  protected guard(where: string, work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      this.#countError(error, where)
      return false
    }
  }

  /** Handles messages of `type`; what does not fit `schema` closes its sender. */
  protected handle<M>(
    type: string,
    schema: ZodType<M>,
    handler: (client: Client, message: M) => void,
  ): void {
    this.onMessage(type, (client: Client, message: unknown) => {
      const parsed = schema.safeParse(message)
      if (!parsed.success) return this.rejectFrame(client, `message_${type}`)
      this.ports.metrics.messageReceived(type)
      handler(client, parsed.data)
    })
  }

  /** Counts a frame that must not be; its sender is closed. */
  protected rejectFrame(client: Client, rejection: string): void {
    this.ports.metrics.frameRejected(rejection)
    this.close(client, rejection === 'size' ? 'frame_too_large' : 'bad_frame')
  }

  // ---- in front of Colyseus ----------------------------------------------------------------

  override setSerializer(serializer: Parameters<Room['setSerializer']>[0]): void {
    const isStock = serializer instanceof SchemaSerializer
    super.setSerializer(
      isStock ? new CopyingSerializer((client) => this.#mayPatch(client)) : serializer,
    )
  }

  async #reserve(args: ReserveArguments): Promise<boolean> {
    const [sessionId, options, auth, , isReconnection] = args
    if (isReconnection === true) return await stockRoom._reserveSeat.apply(this, args)
    if (this.#isStopping || !isSeatAuth(auth)) return false
    if (!this.mayReserve(options, auth)) return false
    this.reservations.add(sessionId, auth)
    const isReserved = await stockRoom._reserveSeat.apply(this, args)
    if (!isReserved) this.reservations.settle(sessionId)
    this.guard('reserved', () => this.reserved())
    return isReserved
  }

  async #join(client: Client, context: AuthContext, options: ConnectionOptions): Promise<void> {
    const startedAtMs = this.ports.clock.monotonicMs()
    try {
      const auth = await checkJoinAttempt(this, this.ports, { client, context, options })
      const seat = this.#createSeat(client, auth, startedAtMs)
      this.#cutOffStale(client.sessionId, options.reconnectionToken)
      await stockRoom._onJoin.call(this, client, context, options)
      this.#awaitAcknowledgement(seat)
    } catch (error) {
      const refusal = toRefusal(error)
      this.#seats.delete(client)
      this.ports.metrics.joined(refusal.result, this.ports.clock.monotonicMs() - startedAtMs)
      client.leave(refusal.closeCode, refusal.closeText)
      throw refusal.error
    }
  }

  #createSeat(client: Client, auth: SeatAuth, nowMs: number): ClientSeat {
    const bucket = new TokenBucket(this.frameAllowance(), nowMs)
    const seat = createClientSeat({ client, auth, bucket, nowMs })
    this.#seats.set(client, seat)
    guardLeave(client, () => {
      if (!this.#desk.isDispatching(client)) return false
      this.rejectFrame(client, 'decode')
      return true
    })
    client.ref.on('error', (error: unknown) => {
      if (!isProtocolError(error)) return
      seat.isBroken = true
      seat.closeReason = 'bad_frame'
      this.ports.metrics.frameRejected('protocol')
    })
    const count = (data: Uint8Array) => this.#desk.allow(seat, data.byteLength)
    for (const control of ['ping', 'pong']) client.ref.on(control, count)
    return seat
  }

  /** The same session by its own token, not by a used one: the old socket is dead, TCP or not. */
  #cutOffStale(sessionId: string, token: unknown): void {
    const stale = this.clients.get(sessionId)
    if (stale?.reconnectionToken === token && stale) this.ports.sockets.terminate(stale)
  }

  #awaitAcknowledgement(seat: ClientSeat): void {
    if (seat.client.state !== ClientState.JOINING) return
    seat.ackTimer = this.ports.timers.setTimeout(() => {
      this.close(seat.client, 'join_timeout')
    }, this.ports.limits.joinAckTimeoutMs)
  }

  #flooded(client: Client): void {
    this.ports.metrics.frameRejected('flood')
    this.close(client, 'flood')
  }

  #acknowledged(seat: ClientSeat): void {
    seat.isJoined = true
    settleAcknowledgement(seat)
    this.ports.metrics.joined('ok', this.ports.clock.monotonicMs() - seat.startedAtMs)
    this.guard('joined', () => this.joined(seat.client))
  }

  // ---- Colyseus' hooks, each with a time-out -----------------------------------------------

  override async onCreate(options: unknown): Promise<void> {
    this.onMessage('*', (client: Client) => this.rejectFrame(client, 'message_unknown'))
    await this.#hook('open', async () => await this.open(options))
    this.#sweep.start()
  }

  override async onJoin(client: Client, options: unknown): Promise<void> {
    const auth: unknown = client.auth
    assert(isSeatAuth(auth), 'a seat was authenticated')
    this.reservations.settle(client.sessionId)
    await this.#hook('enter', async () => await this.enter(client, options, auth))
    const { sessionId } = client
    const replace: CloseSeat = (reason) => this.takeSeatAway(sessionId, reason)
    this.#replacers.set(sessionId, replace)
    this.ports.seats.claim(auth, this.roomName, replace)
  }

  override onDrop(client: Client, code?: number): void {
    const seat = this.#seats.get(client)
    if (this.#isStopping || seat === undefined || !seat.isJoined) return
    if (seat.isClosing || seat.isBroken || isOwnCloseCode(code ?? 0)) return
    const graceSec = this.dropped(client)
    if (graceSec <= 0) return
    this.#recordDisconnect(seat, code)
    this.#seats.delete(client)
    this.allowReconnection(client, graceSec).then(
      () => this.ports.metrics.reconnected('ok'),
      () => this.ports.metrics.reconnected('expired'),
    )
  }

  override onReconnect(client: Client): void {
    this.returned(client)
  }

  override async onLeave(client: Client, code?: number): Promise<void> {
    const seat = this.#seats.get(client)
    if (seat !== undefined) this.#recordDisconnect(seat, code)
    this.#seats.delete(client)
    this.#release(client)
    // Colyseus awaits this outside any try: a rejection here would end the process.
    try {
      const gone = code ?? CloseCode.ABNORMAL_CLOSURE
      await this.#hook('exit', async () => await this.exit(client, gone))
    } catch (error) {
      this.#countError(error, 'exit')
    }
  }

  override async onDispose(): Promise<void> {
    this.#sweep.stop()
    for (const seat of this.#seats.values()) settleAcknowledgement(seat)
    this.reservations.clear()
    await this.#hook('dispose', async () => await this.dispose())
  }

  override onBeforeShutdown(): void {
    this.drain(this.ports.clock.monotonicMs()).catch((error: unknown) => {
      this.#countError(error, 'drain')
    })
  }

  /** Without this one throw would end every room of the process. */
  override onUncaughtException(error: Error, method: string): void {
    this.#countError(error, method)
  }

  #countError(error: unknown, where: string): void {
    // A refusal is an answer, not an error of the room.
    if (findAppError(error) !== undefined) return
    this.ports.metrics.roomError(where)
    this.ports.logger.error({ ...this.logIds, where, err: error }, 'a room made an error')
    if (!this.#errors.spend(this.ports.clock.monotonicMs()) || this.#isStopping) return
    this.ports.metrics.roomCrashed()
    void this.#crash()
  }

  async #crash(): Promise<void> {
    try {
      await this.stop('room_error')
    } catch (error) {
      this.ports.logger.error({ ...this.logIds, err: error }, 'a crashed room did not stop')
    }
  }

  async #hook(name: string, work: () => Promise<void>): Promise<void> {
    await withHookTimeout(this.ports.timers, name, work())
  }

  // ---- seats -------------------------------------------------------------------------------

  /** The same user sat down elsewhere, or here again, or may not be here any more. */
  protected takeSeatAway(sessionId: string, reason: Parameters<CloseSeat>[0]): void {
    const client = this.clients.get(sessionId)
    if (client !== undefined) this.close(client, reason)
    else rejectReconnection(this, sessionId, reason)
  }

  #release(client: Client): void {
    const replace = this.#replacers.get(client.sessionId)
    if (replace === undefined) return
    this.#replacers.delete(client.sessionId)
    const auth: unknown = client.auth
    if (isSeatAuth(auth)) this.ports.seats.release(auth, this.roomName, replace)
  }

  #recordDisconnect(seat: ClientSeat, code: number | undefined): void {
    const reason = seat.closeReason ?? (code === CloseCode.CONSENTED ? 'left' : 'lost')
    settleAcknowledgement(seat)
    this.ports.metrics.disconnected(code ?? CloseCode.ABNORMAL_CLOSURE, reason)
    this.ports.logger.info({ ...this.logIds, user: seat.auth.userId, code, reason }, 'client gone')
  }

  #cutOffLater(client: Client): void {
    const cutOff = () => this.ports.sockets.terminate(client)
    const timer = this.ports.timers.setTimeout(cutOff, CLOSE_HANDSHAKE_MS_MAX)
    client.ref.once('close', () => timer.cancel())
  }

  /** A client that missed a patch has a wrong tree for good, so it is cut off and joins anew. */
  #mayPatch(client: Client): boolean {
    const seat = this.#seats.get(client)
    if (seat === undefined || seat.isClosing) return false
    if (this.ports.sockets.bufferedBytes(client) < this.ports.limits.patchSkipBytes) return true
    this.ports.metrics.patchSkipped('slow')
    this.cutOff(seat)
    return false
  }

  // ---- what a room is ----------------------------------------------------------------------

  /** Ids that every log line of the room carries. */
  protected get logIds(): LogFields {
    return { room: this.roomId }
  }
  protected abstract open(options: unknown): Promise<void> | void
  /** Whether a seat may be reserved now; false answers "full". */
  protected abstract mayReserve(options: unknown, auth: SeatAuth): boolean
  /** A seat was reserved: the listing may say so. */
  protected reserved(): void {}
  /** What one client may send. */
  protected frameAllowance(): TokenBucketLimits {
    return this.ports.limits
  }
  /** A client took its seat; throw AppError to refuse. Nothing may be sent by raw bytes yet. */
  protected abstract enter(client: Client, options: unknown, auth: SeatAuth): Promise<void> | void
  /** The client acknowledged its join and has the full state. */
  protected abstract joined(client: Client): void
  /** The connection was lost: for how long may it come back (s)? 0 = not at all. */
  protected abstract dropped(client: Client): number
  /** The user of a dropped client came back; `client` is a new object. */
  protected abstract returned(client: Client): void
  /** The client is gone for good. */
  protected abstract exit(client: Client, code: number): Promise<void> | void
  /** Bytes of type `type`; returns why they were refused. */
  protected abstract receiveBytes(
    client: Client,
    type: number,
    bytes: Uint8Array,
  ): string | undefined
  protected abstract dispose(): Promise<void> | void
}
