/**
 * The standing connection of a signed-in client: chat, presence of friends, friend, party and group
 * events, notifications. It lives through battles. Adapts a hub of listeners to Colyseus: commands
 * go to a desk that is never awaited by the room, answers and events leave in `feed` messages, one
 * per client and 50 ms, whose bytes are shared by all who hear the same. A stock Colyseus client
 * can use all of it. Ports come by closure.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { ClientState } from '@colyseus/core'
import type { AuthContext, Client } from '@colyseus/core'
import { z } from 'zod'
import type { ZodType } from 'zod'

import { HomeState } from '../schema/home-state.ts'
import { BaseRoom } from './base-room.ts'
import type { SeatAuth } from './client-seat.ts'
import { FeedFrames, FRAME_SPARE_BYTES } from './feed-frames.ts'
import type { Feed } from './home-feed.ts'
import { HomeMember } from './home-hub.ts'
import type { HomeHub } from './home-hub.ts'
import type { HomeAnswer, HomeCommand, HomeDesk, HomeSnapshot } from './home-ports.ts'
import { authenticateToken } from './join-gate.ts'
import type { RoomPorts } from './ports.ts'
import type { TokenBucketLimits } from './token-bucket.ts'

/** Clients of one room when nothing else is said; matchmaking opens another beyond it. */
const HOME_CLIENTS_MAX = 1000
/** Second connections that are replacing the first. */
const SPARE_CLIENTS_COUNT = 16
/** A line of 1,500 bytes with its channel; the WebSocket layer's own limit is the same. */
const FRAME_BYTES_MAX = 2048
/** What a person can do; a client beyond it is closed (`flood`). */
const ALLOWANCE = { framesPerSec: 10, framesBurst: 30, bytesPerSec: 8192, bytesBurst: 32_768 }
/** Commands of one client without answer; one more is answered `rate_limited`. */
const COMMANDS_IN_FLIGHT_MAX = 8
/** Longest line and its bytes, told to clients; the service decides. */
const LINE_CHARS_MAX = 500
const LINE_BYTES_MAX = 1500

const ref = z.number().int().min(0).max(0xffff_ffff).optional()
const channelId = z.uuid()
const seq = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const text = z.string().max(FRAME_BYTES_MAX)

/** What every message may carry: a number that its answer repeats. */
interface Message {
  readonly ref?: number | undefined
}

/** Messages by type; what does not fit closes its sender. */
const COMMANDS: Readonly<Record<HomeCommand['type'], ZodType<Message>>> = {
  say: z.strictObject({ ref, channelId, text }),
  edit: z.strictObject({ ref, channelId, seq, text }),
  delete: z.strictObject({ ref, channelId, seq }),
  read: z.strictObject({ ref, channelId, seq }),
}

/** What home rooms stand on. */
export interface HomeRoomPorts {
  readonly desk: HomeDesk
  readonly hub: HomeHub
  readonly clientsMax?: number
}

interface HomeTypes {
  state: HomeState
  metadata: unknown
}

interface Visitor {
  readonly member: HomeMember
  readonly snapshot: HomeSnapshot
  inFlight: number
}

export class HomeRoom extends BaseRoom<HomeTypes> {
  readonly #home: HomeRoomPorts
  readonly #frames: FeedFrames
  readonly #visitors = new Map<Client, Visitor>()
  /** Clients whose state is being read; who gave up meanwhile is here no more. */
  readonly #entering = new Set<Client>()

  constructor(ports: RoomPorts, home: HomeRoomPorts, frames: FeedFrames) {
    super({ ...ports, limits: { ...ports.limits, frameBytesMax: FRAME_BYTES_MAX } })
    this.#home = home
    this.#frames = frames
    this.state = new HomeState()
  }

  /** Stays as long as battles may: until the deadline, or until the process ends the room. */
  override async drain(deadlineMs: number): Promise<void> {
    if (deadlineMs <= this.ports.clock.monotonicMs()) await this.stop('draining')
  }

  protected override frameAllowance(): TokenBucketLimits {
    return { ...this.ports.limits, ...ALLOWANCE }
  }

  protected open(): void {
    this.#home.hub.roomCount++
    this.maxClients = this.#clientsMax
    this.state.region = this.ports.region
    this.state.lineCharsMax = LINE_CHARS_MAX
    this.state.lineBytesMax = LINE_BYTES_MAX
    for (const [type, schema] of Object.entries(COMMANDS)) {
      this.handle(type, schema, (client, { ref: reference, ...rest }) => {
        this.#command(client, reference, { type, ...rest } as HomeCommand)
      })
    }
  }

  get #clientsMax(): number {
    return (this.#home.clientsMax ?? HOME_CLIENTS_MAX) + SPARE_CLIENTS_COUNT
  }

  protected mayReserve(): boolean {
    return this.clients.length + this.reservations.count < this.#clientsMax
  }

  protected async enter(client: Client, _options: unknown, auth: SeatAuth): Promise<void> {
    const { hub, desk } = this.#home
    const user = { userId: auth.userId, name: auth.displayName }
    const member = new HomeMember(user, {
      mayTake: () => this.#mayTake(client),
      take: (feed) => this.#send(client, feed),
    })
    hub.expect(member)
    this.#entering.add(client)
    try {
      const snapshot = await desk.load(auth.userId)
      // A join has a time limit, its reading goes on: nobody would ever let this member go.
      if (!this.#entering.has(client)) throw new AppError('unavailable', 'Join again.')
      hub.enter(member, snapshot)
      this.#visitors.set(client, { member, snapshot, inFlight: 0 })
    } catch (error) {
      hub.leave(member)
      throw error
    } finally {
      this.#entering.delete(client)
    }
  }

  protected joined(client: Client): void {
    const visitor = this.#visitors.get(client)
    if (visitor === undefined) return
    const { friends, blockedIds: _, ...rest } = visitor.snapshot
    const { hub } = this.#home
    client.send('welcome', {
      ...rest,
      friends: friends.map((friend) => ({
        ...friend,
        isOnline: friend.state === 'friends' && hub.isOnline(friend.userId),
      })),
    })
    const notice = this.ports.standingNotice?.()
    if (notice !== undefined) hub.push(visitor.member, ['notice', notice])
  }

  /** Nothing is kept for who is away: coming back is a new join, with a new welcome. */
  protected dropped(): number {
    return 0
  }
  protected returned(): void {}

  protected exit(client: Client): void {
    this.#entering.delete(client)
    const visitor = this.#visitors.get(client)
    if (visitor === undefined) return
    this.#visitors.delete(client)
    this.#home.hub.leave(visitor.member)
  }

  protected receiveBytes(): string {
    return 'no_bytes'
  }

  protected dispose(): void {
    this.#home.hub.roomCount--
    for (const { member } of this.#visitors.values()) this.#home.hub.leave(member)
    this.#visitors.clear()
    this.#entering.clear()
  }

  /**
   * Not before it has the full state, and while it reads; the sweep of slow readers ends it in the
   * end.
   */
  #mayTake(client: Client): boolean {
    const { sockets, limits } = this.ports
    if (client.state !== ClientState.JOINED) return false
    return sockets.bufferedBytes(client) < limits.snapshotSkipBytes
  }

  /** Everybody's header is the same, so the frame is written over with what is there already. */
  #send(client: Client, feed: Feed): void {
    const frame = this.#frames.frameOf(feed)
    this.ports.sockets.writeFramed(client, frame, FRAME_SPARE_BYTES, frame.byteLength)
  }

  #command(client: Client, reference: number | undefined, command: HomeCommand): void {
    const visitor = this.#visitors.get(client)
    if (visitor === undefined) return
    if (visitor.inFlight >= COMMANDS_IN_FLIGHT_MAX) {
      return this.#answer(visitor, reference, TOO_MANY)
    }
    visitor.inFlight++
    // Not awaited: a room never waits for storage. The desk answers and never rejects.
    void this.#carryOut(visitor, reference, command)
  }

  async #carryOut(
    visitor: Visitor,
    reference: number | undefined,
    command: HomeCommand,
  ): Promise<void> {
    const answer = await this.#home.desk.carryOut(visitor.member.userId, command)
    visitor.inFlight--
    this.guard('answer', () => this.#answer(visitor, reference, answer))
  }

  #answer(visitor: Visitor, reference: number | undefined, answer: HomeAnswer): void {
    if (!this.#home.hub.has(visitor.member)) return
    this.#home.hub.push(visitor.member, ['answer', { ref: reference ?? null, ...answer }])
  }
}

const TOO_MANY: HomeAnswer = {
  ok: false,
  code: 'rate_limited',
  message: 'Wait for the answers to what you asked.',
}

/** The room class `src/app.ts` defines as `home`. */
export function createHomeRoom(ports: RoomPorts, home: HomeRoomPorts): new () => HomeRoom {
  const frames = new FeedFrames()
  return class extends HomeRoom {
    constructor() {
      super(ports, home, frames)
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
