/**
 * One battle after another in one room: adapts the simulation to clients and decides nothing about
 * the game. Inputs are queued as they come and carried out by the tick; snapshots leave once per
 * wake-up; the slow state is projected a few times a second. Ports come by closure.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { BYTES_INPUT } from '@battalion/wire/messages.ts'
import { PROTOCOL_VERSION } from '@battalion/wire/protocol-version.ts'
import type { AuthContext, Client } from '@colyseus/core'
import type { BattleMetadata } from '../matchmaker/choose-battle.ts'
import { BattlefieldState } from '../schema/battlefield-state.ts'
import { BaseRoom } from './base-room.ts'
import { readJoinWishes } from './battle-messages.ts'
import type { JoinWishes } from './battle-messages.ts'
import { battleOrders, sendTo } from './battle-orders.ts'
import { BattleSession } from './battle-session.ts'
import { chooseField } from './choose-field.ts'
import type { SeatAuth } from './client-seat.ts'
import { cleanName } from './clean-name.ts'
import { authenticateToken } from './join-gate.ts'
import { parseInput } from './parse-input.ts'
import { createParticipant } from './participant.ts'
import type { Participant } from './participant.ts'
import type { LogFields, RoomPorts } from './ports.ts'
import type { TokenBucketLimits } from './token-bucket.ts'

/** Places beside players and spectators: second connections that are replacing the first. */
const SPARE_CLIENTS_COUNT = 16
/** Input frames of one tick, and something for messages. */
const FRAMES_PER_TICK_MAX = 1.5

/** What the composition root decides about battle rooms. */
export interface BattlefieldSettings {
  /** False keeps an empty battle running, as the standing demo wants. Default true. */
  readonly autoDispose?: boolean
}

interface BattlefieldTypes {
  state: BattlefieldState
  metadata: BattleMetadata
}

export class BattlefieldRoom extends BaseRoom<BattlefieldTypes> {
  #session: BattleSession | undefined

  constructor(ports: RoomPorts, settings: BattlefieldSettings) {
    super(ports)
    this.autoDispose = settings.autoDispose ?? true
    this.state = new BattlefieldState()
  }

  get session(): BattleSession {
    if (this.#session === undefined) throw new AppError('unavailable', 'The battle is starting.')
    return this.#session
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

  protected override get logIds(): LogFields {
    return { room: this.roomId, match: this.#session?.match.matchId }
  }

  protected open(options: unknown): void {
    const wishes = readJoinWishes(options)
    const field = chooseField(this.ports.balance(), wishes)
    this.#session = new BattleSession({
      ports: this.ports,
      field,
      state: this.state,
      roomId: this.roomId,
      host: {
        guard: (where, work) => this.guard(where, work),
        patch: () => this.broadcastPatch(),
        announce: (notice) => this.broadcast('notice', notice, { afterNextPatch: true }),
        reservedCount: () => this.reservedCount,
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
    this.ports.logger.info(
      { ...this.logIds, event: 'room.open', mode: field.mode.id, map: field.mapId },
      'a battle room opens',
    )
  }

  protected mayReserve(options: unknown, auth: SeatAuth): boolean {
    const isSpectator = readJoinWishes(options).spectate === true
    return this.session.mayAdmit(auth.userId, isSpectator)
  }

  /** At once, so that a herd of joins never sees a free seat that is none (B-07). */
  protected override reserved(): void {
    this.session.publishListing()
  }

  protected enter(client: Client, options: unknown, auth: SeatAuth): void {
    const wishes = readJoinWishes(options)
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
      owner: client,
      nowMs: this.ports.clock.monotonicMs(),
    })
    this.session.join(participant)
    return participant
  }

  protected joined(client: Client): void {
    const participant = this.#find(client)
    if (participant === undefined) return
    this.#welcome(participant)
    const { userId: user, netId } = participant
    this.ports.logger.info({ ...this.logIds, event: 'client.joined', user, netId }, 'client joined')
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
    this.session.tellResult(participant)
    this.session.tellOverload(participant)
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
    if (participant !== undefined) this.session.leave(participant)
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

  protected dispose(): void {
    this.#session?.stop()
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
