/**
 * One battle after another in one room: adapts the simulation to clients and decides nothing about
 * the game. Inputs are queued as they come and carried out by the tick; snapshots leave once per
 * wake-up; the slow state is projected a few times a second. Ports come by closure.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { NET_ID_NONE, toUserId } from '@battalion/base/ids.ts'
import type { UserId } from '@battalion/base/ids.ts'
import { BYTES_INPUT } from '@battalion/wire/messages.ts'
import type { ServerMessages } from '@battalion/wire/messages.ts'
import { PROTOCOL_VERSION } from '@battalion/wire/protocol-version.ts'
import type { AuthContext, Client } from '@colyseus/core'
import type { BattleMetadata } from '../matchmaker/choose-battle.ts'
import { BattlefieldState } from '../schema/battlefield-state.ts'
import { BarredUsers } from './barred-users.ts'
import { BaseRoom } from './base-room.ts'
import { readJoinWishes } from './battle-messages.ts'
import type { JoinWishes } from './battle-messages.ts'
import { battleOrders, sendTo } from './battle-orders.ts'
import { BattleSession } from './battle-session.ts'
import { createBattleView } from './battle-view.ts'
import type { BattleView } from './battle-view.ts'
import { BattleWatch } from './battle-watch.ts'
import { chooseField } from './choose-field.ts'
import type { SeatAuth } from './client-seat.ts'
import { cleanName } from './clean-name.ts'
import { waitEmpty } from './colyseus-internals.ts'
import { patchInto } from './copying-serializer.ts'
import { authenticateToken } from './join-gate.ts'
import { LogRing } from './log-ring.ts'
import { parseInput } from './parse-input.ts'
import { holdParty } from './hold-party.ts'
import type { HoldOutcome, HoldWish } from './hold-party.ts'
import { createParticipant } from './participant.ts'
import type { Participant } from './participant.ts'
import { PartyHolds } from './party-holds.ts'
import type { LogFields, OpenBattle, RoomPorts } from './ports.ts'
import type { TokenBucketLimits } from './token-bucket.ts'

/** Places beside players and spectators: second connections that are replacing the first. */
const SPARE_CLIENTS_COUNT = 16
/** Input frames of one tick, and something for messages. */
const FRAMES_PER_TICK_MAX = 1.5
const MS_PER_SEC = 1000

/** What the composition root decides about battle rooms. */
export interface BattlefieldSettings {
  /** False keeps an empty battle running, as the standing demo wants. Default true. */
  readonly autoDispose?: boolean
}

interface BattlefieldTypes {
  state: BattlefieldState
  metadata: BattleMetadata
}

export class BattlefieldRoom extends BaseRoom<BattlefieldTypes> implements OpenBattle {
  #session: BattleSession | undefined
  readonly #holds = new PartyHolds(() => this.ports.clock.monotonicMs())
  readonly #watch = new BattleWatch()
  readonly #barred = new BarredUsers()
  /** What operators see. */
  readonly view: BattleView

  constructor(ports: RoomPorts, settings: BattlefieldSettings) {
    const log = new LogRing(ports.logger, ports.clock)
    super({ ...ports, logger: log })
    this.view = this.#createView(log)
    this.autoDispose = settings.autoDispose ?? true
    this.state = new BattlefieldState()
  }

  get session(): BattleSession {
    if (this.#session === undefined) throw new AppError('unavailable', 'The battle is starting.')
    return this.#session
  }

  get matchId(): OpenBattle['matchId'] {
    return this.session.match.matchId
  }

  /** A mode of 128 Hz sends more frames than the default allows. */
  protected override frameAllowance(): TokenBucketLimits {
    const { limits } = this.ports
    const frameHz = this.session.match.world.mode.tickRateHz * FRAMES_PER_TICK_MAX
    return {
      ...limits,
      framesPerSec: Math.max(limits.framesPerSec, frameHz),
      framesBurst: Math.max(limits.framesBurst, 2 * frameHz),
    }
  }

  /** A running battle goes on until it ends or `deadlineMs` comes; then all are sent away. */
  override async drain(deadlineMs: number): Promise<void> {
    await this.session.drain(deadlineMs)
    await this.stop('draining')
  }

  /** As a drain of this room alone: its people are told that the battle is over. */
  async endBattle(deadlineMs: number): Promise<void> {
    await this.session.drain(deadlineMs)
    await this.stop('battle_over')
  }

  /**
   * Throws a user out at once, connected, awaited or about to come; until this battle is over he
   * may not come back to it. False when he was not here.
   */
  kick(userId: UserId): boolean {
    const participant = this.session.roster.find(userId)
    const wasAwaited = this.reservations.cancelOf(userId)
    if (participant === undefined && !wasAwaited) return false
    this.#barred.bar(userId, this.matchId)
    if (participant === undefined) return true
    // The soldier goes now, not when the socket has closed.
    this.session.leave(participant)
    this.ports.matchChat?.left({ roomId: this.roomId, userId })
    this.takeSeatAway(participant.owner.sessionId, 'kicked')
    return true
  }

  /** True for who is in the battle, awaited, or has a seat waiting. */
  hasUser(userId: UserId): boolean {
    return this.session.roster.find(userId) !== undefined || this.reservations.has(userId)
  }

  /** True for who was thrown out of the running battle. */
  isBarred(userId: UserId): boolean {
    return this.#barred.has(userId, this.matchId)
  }

  /** Tells everybody here. */
  announce(notice: ServerMessages['notice']): void {
    this.broadcast('notice', notice)
  }

  #createView(log: LogRing): BattleView {
    const openedAtMs = this.ports.clock.wallMs()
    const wallMs = () => this.ports.clock.wallMs()
    return createBattleView(() => {
      const { session, state, roomId } = this
      const reserved = this.reservations.count
      return { session, state, roomId, reserved, watch: this.#watch, log, openedAtMs, wallMs }
    })
  }

  protected override get logIds(): LogFields {
    return { room: this.roomId, match: this.#session?.match.matchId }
  }

  protected open(options: unknown): void {
    const wishes = readJoinWishes(options)
    const field = chooseField(this.ports.balance(), wishes)
    this.ports.results.expect()
    this.#session = new BattleSession({
      ports: { ...this.ports, metrics: this.#watch.over(this.ports.metrics) },
      field,
      state: this.state,
      roomId: this.roomId,
      holds: this.#holds,
      host: {
        guard: (where, work) => this.guard(where, work),
        patch: (taker) => patchInto(this, taker),
        announce: (notice) => this.announce(notice),
        reservedCount: () => this.reservations.count + this.#holds.count,
        close: (client, reason) => this.close(client, reason),
        welcome: (participant) => this.#welcome(participant),
        publish: (metadata) => this.#publish(metadata),
      },
    })
    this.metadata = this.session.metadata
    const { playersMax, spectatorsMax } = this.session
    this.maxClients = playersMax + spectatorsMax + SPARE_CLIENTS_COUNT
    const desk = {
      ports: this.ports,
      match: () => this.session.match,
      findClass: (id: string) => this.session.findClass(id),
      find: (client: Client) => this.#find(client),
    }
    for (const order of battleOrders(desk)) this.handle(order.type, order.schema, order.handler)
    this.session.start()
    this.ports.battles?.opened(this)
    this.ports.logger.info(
      { ...this.logIds, event: 'room.open', mode: field.mode.id, map: field.mapId },
      'a battle room opens',
    )
  }

  protected mayReserve(options: unknown, auth: SeatAuth): boolean {
    if (this.isBarred(auth.userId)) return false
    const isSpectator = readJoinWishes(options).spectate === true
    const seatMs = this.ports.limits.seatTimeoutSec * MS_PER_SEC
    if (!isSpectator && this.#holds.reserve(auth.userId, seatMs)) return true
    return this.session.mayAdmit(auth.userId, isSpectator)
  }

  /** Places for a whole party, or none; the gate asks (src/http/place-party.ts). */
  holdParty(wish: HoldWish): HoldOutcome {
    const outcome = holdParty({ session: this.session, holds: this.#holds }, wish)
    this.session.publishListing()
    // A battle that was opened for them waits as long as their places do.
    if (this.clients.length === 0) waitEmpty(this, wish.forMs / MS_PER_SEC)
    return outcome
  }

  /** Gives places back: those of all who have no seat, or the one of a user who left the party. */
  releaseParty(partyId: string, userId?: string): void {
    if (userId === undefined) this.#holds.release(partyId)
    else this.#holds.drop(toUserId(userId), partyId)
    this.session.publishListing()
  }

  /** True while the user fights in a battle that is not over, connected or awaited. */
  isFighting(userId: string): boolean {
    const known = this.session.roster.find(toUserId(userId))
    return known !== undefined && !known.isSpectator && !this.session.match.isOver
  }

  /** At once, so that a herd of joins never sees a free seat that is none (B-07). */
  protected override reserved(): void {
    this.session.publishListing()
  }

  protected enter(client: Client, options: unknown, auth: SeatAuth): void {
    if (this.#isLocked(auth)) throw new AppError('forbidden', 'You may not join battles.')
    const wishes = readJoinWishes(options)
    if (this.isBarred(auth.userId)) {
      throw new AppError('forbidden', 'An operator removed you from this battle.')
    }
    const version = wishes.protocolVersion ?? PROTOCOL_VERSION
    if (version !== PROTOCOL_VERSION) {
      throw new AppError('conflict', `The server speaks protocol ${PROTOCOL_VERSION}: reload.`)
    }
    const participant = this.#seat(client, wishes, auth)
    client.userData = participant
  }

  #seat(client: Client, wishes: JoinWishes, auth: SeatAuth): Participant {
    const isSpectator = wishes.spectate === true
    const known = this.session.roster.find(auth.userId)
    if (known !== undefined && known.isSpectator === isSpectator) {
      this.session.takeOver(known, client)
      return known
    }
    const participant = createParticipant({
      userId: auth.userId,
      name: cleanName(wishes.name, auth.displayName),
      bot: auth.kind === 'bot',
      isSpectator,
      classId: this.session.findClass(wishes.classId) ?? 0,
      party: isSpectator ? undefined : this.#holds.settle(auth.userId),
      owner: client,
      nowMs: this.ports.clock.monotonicMs(),
    })
    this.session.join(participant)
    return participant
  }

  protected joined(client: Client): void {
    const participant = this.#find(client)
    if (participant === undefined) return
    // Once more: the lock may have come between the seat and its claim.
    if (this.#isLocked(participant)) return this.close(client, 'kicked')
    this.#welcome(participant)
    const { userId: user, netId } = participant
    this.ports.logger.info({ ...this.logIds, event: 'client.joined', user, netId }, 'client joined')
  }

  #isLocked({ userId }: Pick<SeatAuth, 'userId'>): boolean {
    return this.ports.isMatchLocked?.(userId) === true
  }

  #welcome(participant: Participant): void {
    const { world } = this.session.match
    this.session.beginReceiving(participant)
    sendTo(participant.owner, 'welcome', {
      protocolVersion: PROTOCOL_VERSION,
      netId: participant.netId,
      matchId: this.session.match.matchId,
      mode: world.mode.id,
      map: world.map.map.id,
      balanceVersion: world.balance.version,
      tickRateHz: world.mode.tickRateHz,
      snapshotRateHz: this.session.snapshotRateHz,
      tick: world.tick,
      demo: this.ports.demo !== undefined,
    })
    this.#tellChat(participant)
    this.session.tellResult(participant)
    this.session.tellOverload(participant)
    const notice = this.ports.standingNotice?.()
    if (notice !== undefined) sendTo(participant.owner, 'notice', notice)
  }

  /** Bots do not chat, and spectators belong to no team. */
  #tellChat({ userId, netId, bot }: Participant): void {
    if (bot || netId === NET_ID_NONE) return
    const { matchId, world } = this.session.match
    const place = { team: world.soldiers.team[netId]!, squad: world.soldiers.squad[netId]! }
    this.ports.matchChat?.entered({ roomId: this.roomId, matchId, userId, ...place })
  }

  protected dropped(client: Client): number {
    const participant = this.#find(client)
    if (participant === undefined || participant.isSpectator) return 0
    this.session.lose(participant)
    return this.ports.limits.reconnectGraceSec
  }

  protected returned(client: Client): void {
    const participant = client.userData as Participant | undefined
    if (participant === undefined || !this.session.roster.has(participant)) return
    this.session.takeOver(participant, client)
  }

  protected exit(client: Client): void {
    const participant = this.#find(client)
    if (participant === undefined) return
    this.session.leave(participant)
    this.ports.matchChat?.left({ roomId: this.roomId, userId: participant.userId })
  }

  protected receiveBytes(client: Client, type: number, bytes: Uint8Array): string | undefined {
    if (type !== BYTES_INPUT) return 'bytes_type'
    const participant = this.#find(client)
    if (participant === undefined) return undefined
    if (participant.netId === NET_ID_NONE) return 'input_spectator'
    const { queues } = this.session.match
    const { netId, lastInput } = participant
    const outcome = parseInput(bytes, { queues, netId, last: lastInput }, this.ports.metrics)
    if (outcome.isActive) participant.activeAtMs = this.ports.clock.monotonicMs()
    return outcome.rejection
  }

  protected async dispose(): Promise<void> {
    this.ports.battles?.closed(this)
    this.#session?.stop()
    await this.ports.results.settled(this.roomId)
    this.ports.matchChat?.closed(this.roomId)
    this.ports.logger.info({ ...this.logIds, event: 'room.closed' }, 'a battle room is gone')
  }

  #publish(metadata: BattleMetadata): void {
    this.setMatchmaking({ metadata }).catch((error: unknown) => {
      this.ports.logger.warn({ ...this.logIds, err: error }, 'a battle was not listed anew')
    })
  }

  /** Who `client` is; undefined when another connection of the user, or role, replaced it. */
  #find(client: Client): Participant | undefined {
    const participant = client.userData as Participant | undefined
    if (participant?.owner !== client || !this.session.roster.has(participant)) return undefined
    return participant
  }
}

/** The room class `src/app.ts` defines as `battlefield`. */
export function createBattlefieldRoom(
  ports: RoomPorts,
  settings: BattlefieldSettings = {},
): new () => BattlefieldRoom {
  return class extends BattlefieldRoom {
    constructor() {
      super(ports, settings)
    }

    static override async onAuth(
      token: string,
      _options: unknown,
      _context: AuthContext,
    ): Promise<SeatAuth> {
      return await authenticateToken(ports, token)
    }
  }
}
