/**
 * The gate in front of Colyseus' matchmaking, and the one file here that touches it. Seats are
 * given one after another (placement is decided in one place), so a herd fills battles instead of
 * opening them; one user opens few battles (his one waiting seat is the room's rule); nothing
 * Colyseus throws reaches a caller. Colyseus' own routes are never on the port, and its exposed
 * methods are emptied as well.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { assert } from '@battalion/base/assert.ts'
import type { Clock, Timers } from '@battalion/base/clock.ts'
import { matchMaker } from '@colyseus/core'

import type { BattleListing, BattleMetadata } from '../../matchmaker/choose-battle.ts'
import { chooseBattle } from '../../matchmaker/choose-battle.ts'
import type { HttpLogger } from './http-ports.ts'
import { JoinPace } from './join-pace.ts'
import type { JoinRequest, MatchmakingGate, PartyGate, Seat } from './matchmaking-routes.ts'
import { placeParty } from './place-party.ts'
import type { PartyPlaces } from './place-party.ts'
import { refuseInMaintenance } from './refuse-in-maintenance.ts'
import type { MaintenancePorts } from './refuse-in-maintenance.ts'
import { findOwnRoom, findPartyRoom, listPartyRooms, seatOwner } from './room-seats.ts'
import { SerialQueue } from './serial-queue.ts'

/** The room of a battle. */
export const BATTLE_ROOM = 'battlefield'
/** The standing connection of every signed-in client. */
export const HOME_ROOM = 'home'
/** Joins that wait for their turn; beyond it a join is told to come back. */
const WAITING_JOINS_MAX = 2000
/** A join takes at most this long, waiting included (ms). */
const JOIN_MS_MAX = 5000
/** A battle that filled up between choosing and reserving is chosen around this often. */
const ATTEMPTS_MAX = 8
const RETRY_AFTER_SEC = 5
/** An overload takes at least so long to pass (s). */
const OVERLOADED_RETRY_AFTER_SEC = 10
/** Users whose last room is remembered; the oldest is forgotten first. */
const REMEMBERED_USERS_MAX = 50_000
/** Users whose own rooms are remembered before those whose rooms are all gone are forgotten. */
const ROOM_MAKERS_MAX = 1000

/** What the gate needs. */
export interface GuardPorts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
  readonly logger: HttpLogger
  readonly isDraining: () => boolean
  /** Absent where the game is always open. */
  readonly maintenance?: MaintenancePorts
  readonly countRequest: (method: string, status: number) => void
  /**
   * Players one team may have in the battle that is wished for; rejects with AppError
   * `invalid_request` where the balance has no such mode and map.
   */
  readonly checkField: (wish: JoinRequest) => Promise<number>
  /** Throws AppError `forbidden` for who may not join battles. */
  readonly refuseLocked: (userId: string) => void
  /** True while the process has no time for another battle. */
  readonly isBusy: () => boolean
  readonly roomsMax: number
  readonly roomsPerUserMax: number
}

type SeatReservation = Awaited<ReturnType<typeof matchMaker.joinById>>
type JoinCall = Parameters<MatchmakingGate['join']>[0]

/** Takes Colyseus' methods off every route of its own. */
export function closeColyseusMatchmaking(): void {
  matchMaker.controller.exposedMethods = []
}

/** The gate of this process. */
export function createMatchmakingGate(ports: GuardPorts): MatchmakingGate {
  const queue = new SerialQueue({ waitingMax: WAITING_JOINS_MAX, workMsMax: JOIN_MS_MAX }, ports)
  const memory = new SeatMemory()
  const pace = new JoinPace(ports)
  const inTurn = <T>(work: () => Promise<T>) =>
    queue.run(async () => {
      await pace.turn()
      return await guarded(ports, work)
    })
  return {
    join: (call) => inTurn(() => placeJoin(call, memory, ports)),
    parties: createPartyGate({ memory, ports, inTurn }),
    reconnect: (call) => inTurn(() => placeReconnect(call, ports)),
    count: ports.countRequest,
  }
}

/** Who sat where last and made which rooms; bounded, rebuilt by the next join. */
class SeatMemory {
  readonly lastRooms = new Map<string, string>()
  readonly rooms = new Map<string, Set<string>>()

  remember(userId: string, roomId: string): void {
    this.lastRooms.delete(userId)
    this.lastRooms.set(userId, roomId)
    if (this.lastRooms.size <= REMEMBERED_USERS_MAX) return
    const [oldest] = this.lastRooms.keys()
    if (oldest !== undefined) this.lastRooms.delete(oldest)
  }

  /** Rooms this user made that still live. */
  liveRoomCount(userId: string): number {
    const made = this.rooms.get(userId)
    for (const roomId of made ?? []) {
      if (matchMaker.getLocalRoomById(roomId) === undefined) made?.delete(roomId)
    }
    if (made?.size === 0) this.rooms.delete(userId)
    return made?.size ?? 0
  }

  rememberRoom(userId: string, roomId: string): void {
    this.rooms.set(userId, (this.rooms.get(userId) ?? new Set()).add(roomId))
    if (this.rooms.size <= ROOM_MAKERS_MAX) return
    for (const maker of Array.from(this.rooms.keys())) this.liveRoomCount(maker)
  }
}

/** Runs `work`; what Colyseus throws becomes one of our codes, its text only a log line. */
async function guarded<T>(ports: GuardPorts, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) throw error
    ports.logger.warn({ event: 'matchmake.failed', err: error }, 'matchmaking failed')
    throw new AppError('unavailable', 'No battle can be joined right now; try again.', {
      cause: error,
      retryAfterSec: RETRY_AFTER_SEC,
    })
  }
}

async function placeJoin(call: JoinCall, memory: SeatMemory, ports: GuardPorts): Promise<Seat> {
  if (call.target === HOME_ROOM && call.method === 'joinOrCreate')
    return await joinHome(call, ports)
  ports.refuseLocked(call.claims.userId)
  if (call.method !== 'joinById') await ports.checkField(call.options)
  if (!isComingBack(call, memory)) await refuseInMaintenance(call.claims.userId, ports.maintenance)
  const refused = new Set<string>()
  let seat: Seat | undefined
  for (let attempt = 0; attempt < ATTEMPTS_MAX && seat === undefined; attempt++) {
    seat = await attemptJoin(call, { memory, refused, ports })
  }
  if (seat === undefined) throw full()
  memory.remember(call.claims.userId, seat.roomId)
  return seat
}

/** A seat in the fullest home room that has one; Colyseus opens another when none has. */
async function joinHome(call: JoinCall, ports: GuardPorts): Promise<Seat> {
  if (ports.isDraining()) throw draining()
  return toSeat(await matchMaker.joinOrCreate(HOME_ROOM, {}, authContext(call)))
}

/** Places of whole parties. */
function createPartyGate(gate: {
  readonly memory: SeatMemory
  readonly ports: GuardPorts
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>
}): PartyGate {
  const { memory, ports, inTurn } = gate
  const places: PartyPlaces = {
    attemptsMax: ATTEMPTS_MAX,
    teamMax: ({ options }) => ports.checkField(options),
    async find({ options, party }, { refused, ownRoomId }) {
      const choice = chooseBattle(
        {
          ...pickRequest(options),
          places: party.members.length,
          ownRoomId: ownRoomId !== undefined && refused.has(ownRoomId) ? undefined : ownRoomId,
          isDraining: ports.isDraining(),
        },
        await listBattles(refused),
      )
      if ('refuse' in choice) throw REFUSALS[choice.refuse]()
      return 'join' in choice ? choice.join : undefined
    },
    async create({ userId, options }) {
      await checkMayCreate(userId, memory, ports)
      const { roomId } = await matchMaker.createRoom(BATTLE_ROOM, options)
      memory.rememberRoom(userId, roomId)
      return roomId
    },
    findRoom: findPartyRoom,
    rooms: () => listPartyRooms(BATTLE_ROOM),
  }
  return {
    async place(call) {
      for (const member of call.party.members) refuseLockedMember(ports, call.userId, member)
      return inTurn(async () => {
        await refuseInMaintenance(call.userId, ports.maintenance)
        return placeParty(call, places)
      })
    },
    async release({ partyId, userId }) {
      const rooms = await listPartyRooms(BATTLE_ROOM)
      for (const room of rooms.values()) room.releaseParty(partyId, userId)
    },
  }
}

/** Nobody is taken along into what he may not join; the leader is told who it is. */
function refuseLockedMember(
  ports: Pick<GuardPorts, 'refuseLocked'>,
  leaderId: string,
  { userId, name }: { readonly userId: string; readonly name: string },
): void {
  try {
    ports.refuseLocked(userId)
  } catch (error) {
    if (userId === leaderId) throw error
    throw new AppError('conflict', `${name} may not join battles now.`, { cause: error })
  }
}

/** Who may come back to his own battle: running ones go on in maintenance. */
function isComingBack({ method, target, claims }: JoinCall, memory: SeatMemory): boolean {
  const ownRoomId = findOwnRoom(memory.lastRooms.get(claims.userId), claims.userId)
  if (ownRoomId === undefined || method === 'create') return false
  return method !== 'joinById' || target === ownRoomId
}

/** What one join keeps between its tries. */
interface Attempt {
  readonly memory: SeatMemory
  readonly ports: GuardPorts
  /** Battles that turned out full; not chosen again. */
  readonly refused: Set<string>
}

/** One try; undefined when the chosen battle turned out full. */
async function attemptJoin(call: JoinCall, attempt: Attempt): Promise<Seat | undefined> {
  const { memory, refused, ports } = attempt
  if (call.method === 'joinById') return joinRoom(call.target, call, attempt)
  if (call.target !== BATTLE_ROOM) throw new AppError('not_found', 'There is no such room.')
  if (call.method === 'create') return createRoom(call, memory, ports)
  const listings = await listBattles(refused)
  const { userId } = call.claims
  const ownRoomId = findOwnRoom(memory.lastRooms.get(userId), userId)
  const choice = chooseBattle(
    {
      ...pickRequest(call.options),
      ownRoomId: ownRoomId !== undefined && refused.has(ownRoomId) ? undefined : ownRoomId,
      isDraining: ports.isDraining(),
      mayCreate: call.method === 'joinOrCreate',
    },
    listings,
  )
  if ('join' in choice) return joinRoom(choice.join, call, attempt)
  if ('create' in choice) return createRoom(call, memory, ports)
  throw REFUSALS[choice.refuse]()
}

function pickRequest({ mode, map, region, spectate }: JoinRequest) {
  return { mode, map, region, spectate }
}

/** All battles; those of `refused` are locked for whoever asks. */
async function listBattles(refused?: ReadonlySet<string>): Promise<BattleListing[]> {
  const listings: BattleListing[] = []
  for (const room of await matchMaker.query({ name: BATTLE_ROOM })) {
    const metadata = room.metadata as BattleMetadata | undefined
    if (metadata === undefined) continue
    const isShut = metadata.locked || room.locked === true || room.private === true
    const locked = isShut || refused?.has(room.roomId) === true
    // A room publishes its metadata at its own pace; Colyseus counts seats at once.
    const players = Math.max(metadata.players, room.clients - metadata.spectators)
    listings.push({ ...metadata, players, locked, roomId: room.roomId })
  }
  return listings
}

async function joinRoom(
  roomId: string,
  call: JoinCall,
  { ports, refused }: Attempt,
): Promise<Seat | undefined> {
  const room = matchMaker.getLocalRoomById(roomId)
  if (room === undefined || room.roomName !== BATTLE_ROOM) {
    throw new AppError('not_found', 'That battle is over or does not exist.')
  }
  if (ports.isDraining()) throw draining()
  if (isBarred(room, call.claims.userId)) {
    if (call.method === 'joinById') throw barred()
    refused.add(roomId)
    return undefined
  }
  try {
    return toSeat(await matchMaker.joinById(roomId, call.options, authContext(call)))
  } catch (error) {
    if (!isFull(error, roomId)) throw error
    if (isOverloaded(room)) throw overloaded()
    if (call.method === 'joinById') throw full()
    refused.add(roomId)
    return undefined
  }
}

async function createRoom(call: JoinCall, memory: SeatMemory, ports: GuardPorts): Promise<Seat> {
  const { userId } = call.claims
  await checkMayCreate(userId, memory, ports)
  const seat = toSeat(await matchMaker.create(BATTLE_ROOM, call.options, authContext(call)))
  memory.rememberRoom(userId, seat.roomId)
  return seat
}

/** Throws where this user, or anybody, may open no further battle now. */
async function checkMayCreate(
  userId: string,
  memory: SeatMemory,
  ports: GuardPorts,
): Promise<void> {
  if (ports.isDraining()) throw draining()
  if (memory.liveRoomCount(userId) >= ports.roomsPerUserMax) {
    throw new AppError('rate_limited', 'You already opened as many battles as one user may.', {
      retryAfterSec: RETRY_AFTER_SEC,
    })
  }
  if (matchMaker.stats.local.roomCount >= ports.roomsMax || ports.isBusy()) throw overloaded()
  // A further battle would take its time from the one that has too little.
  if ((await listBattles()).some((listing) => listing.overloaded)) throw overloaded()
}

/** What a room said of itself last. */
function isOverloaded(room: { readonly metadata?: unknown }): boolean {
  return (room.metadata as BattleMetadata | undefined)?.overloaded === true
}

/** An operator threw the user out of the battle that runs there. */
function isBarred(room: object, userId: string): boolean {
  return (room as { isBarred?: (userId: string) => boolean }).isBarred?.(userId) === true
}

/** What rooms see of the request: the token to check again, and nothing else. */
function authContext(call: JoinCall) {
  return { token: call.accessToken, headers: new Headers(), ip: '' }
}

async function placeReconnect(
  call: Parameters<MatchmakingGate['reconnect']>[0],
  ports: GuardPorts,
): Promise<Seat> {
  ports.refuseLocked(call.claims.userId)
  const room = matchMaker.getLocalRoomById(call.roomId)
  if (room === undefined) throw new AppError('not_found', 'That battle is over.')
  if (seatOwner(room, call.reconnectionToken) !== call.claims.userId) {
    throw new AppError('not_found', 'There is no seat to come back to; join again.')
  }
  const options = { reconnectionToken: call.reconnectionToken }
  return toSeat(await matchMaker.reconnect(call.roomId, options))
}

function toSeat(seat: SeatReservation): Seat {
  assert(seat.sessionId !== '', 'a seat has a session')
  const { name, roomId, sessionId, publicAddress, processId = '' } = seat
  const address = publicAddress === undefined ? {} : { publicAddress }
  return { name, roomId, sessionId, processId, ...address }
}

/** Colyseus says "full" by an error; a room that is gone or locked counts the same for us. */
function isFull(error: unknown, roomId: string): boolean {
  const room = matchMaker.getLocalRoomById(roomId)
  if (room === undefined || room.locked || room.hasReachedMaxClients()) return true
  if (error instanceof AppError) return error.code === 'battle_full'
  return error instanceof Error && error.constructor.name === 'SeatReservationError'
}

function full(): AppError {
  return new AppError('battle_full', 'No battle has a free seat; try again soon.', {
    retryAfterSec: RETRY_AFTER_SEC,
  })
}

function barred(): AppError {
  return new AppError('forbidden', 'An operator removed you from this battle.')
}

function draining(): AppError {
  return new AppError('draining', 'The server is restarting; try again soon.', {
    retryAfterSec: RETRY_AFTER_SEC,
  })
}

function overloaded(): AppError {
  return new AppError('overloaded', 'This server runs all the battles it can; try again soon.', {
    retryAfterSec: OVERLOADED_RETRY_AFTER_SEC,
  })
}

const REFUSALS = { battle_full: full, draining, overloaded } as const
