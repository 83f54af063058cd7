/**
 * A user as an attacker's script makes one: signs in as a guest, takes a seat, opens its socket.
 * Each step by itself, so that a run can leave one out or do it twice.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { PROTOCOL_VERSION } from '@battalion/wire/protocol-version.ts'
import { RoomCode } from '../bots/lean-protocol.ts'
import { callHttp, type HttpAnswer } from './call-http.ts'
import { RawLink, type Target } from './raw-link.ts'

/** A guest and where it calls from. */
export interface BattleUser {
  readonly userId: string
  readonly accessToken: string
  readonly address: string
}

export interface Seat {
  readonly name: string
  readonly roomId: string
  readonly sessionId: string
  readonly processId: string
}

/** A server that has neither seated nor closed a socket by then never will (ms). */
const SEATED_MS_MAX = 20_000

/** The loopback address number `index` of a block: blocks 1..99, 16 million addresses each. */
export function addressOf(block: number, index: number): string {
  return `127.${block}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`
}

/** A new guest; throws when the server refuses. */
export async function signIn(target: Target, address: string, name = 'Chaos'): Promise<BattleUser> {
  const answer = await callHttp({
    target,
    address,
    path: '/v1/auth/guest',
    method: 'POST',
    body: JSON.stringify({ name }),
  })
  if (answer.status !== 200) throw refused('sign-in', answer)
  const { userId, accessToken } = JSON.parse(answer.text) as BattleUser
  return { userId, accessToken, address }
}

export interface SeatRequest {
  readonly method?: string
  /** Room name or id. */
  readonly room?: string
  readonly options?: Readonly<Record<string, unknown>>
}

/** Asks matchmaking; whatever the answer. */
export function askSeat(
  target: Target,
  user: BattleUser,
  request: SeatRequest = {},
): Promise<HttpAnswer> {
  const { method = 'joinOrCreate', room = 'battlefield', options } = request
  const wishes = options ?? { protocolVersion: PROTOCOL_VERSION, mode: 'front', map: 'front' }
  return callHttp({
    target,
    address: user.address,
    path: `/matchmake/${method}/${room}`,
    method: 'POST',
    headers: { authorization: `Bearer ${user.accessToken}` },
    body: JSON.stringify(wishes),
  })
}

/** A seat; throws when there is none. */
export async function takeSeat(
  target: Target,
  user: BattleUser,
  request: SeatRequest = {},
): Promise<Seat> {
  const answer = await askSeat(target, user, request)
  if (answer.status !== 200) throw refused('seat', answer)
  return JSON.parse(answer.text) as Seat
}

/** The address of a seat's socket. */
export function seatPath(
  seat: Seat,
  token: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams({ sessionId: seat.sessionId, ...query })
  if (token !== '') search.set('_authToken', token)
  return `/${seat.processId}/${seat.roomId}?${search.toString()}`
}

export interface Joined {
  readonly user: BattleUser
  readonly seat: Seat
  readonly link: RawLink
  readonly reconnectionToken: string
}

export interface JoinSetup extends SeatRequest {
  readonly onMessage?: (payload: Buffer) => void
  readonly isPolite?: boolean
  /** False: JOIN_ROOM is not acknowledged. */
  readonly acknowledge?: boolean
}

/** Sits down and acknowledges; throws when the server closes instead. */
export async function openSeat(
  target: Target,
  user: BattleUser,
  seat: Seat,
  setup: JoinSetup & { readonly query?: Readonly<Record<string, string>> } = {},
): Promise<Joined> {
  const joined = Promise.withResolvers<string>()
  const link: RawLink = new RawLink({
    target,
    address: user.address,
    isPolite: setup.isPolite ?? true,
    onMessage: (payload) => {
      if (payload[0] === RoomCode.join) {
        if (setup.acknowledge !== false) link.send(Uint8Array.of(RoomCode.join))
        joined.resolve(payload.toString('latin1', 2, 2 + payload[1]!))
      }
      setup.onMessage?.(payload)
    },
  })
  await link.upgrade(seatPath(seat, user.accessToken, setup.query))
  const refusedLink = link.ended.then(({ code, reason }) => {
    throw new AppError('unavailable', `The seat closed with ${code} ${reason}.`)
  })
  refusedLink.catch(() => undefined)
  const patience = pause(SEATED_MS_MAX)
  const reconnectionToken = await Promise.race([joined.promise, refusedLink, patience])
  if (typeof reconnectionToken === 'string') return { user, seat, link, reconnectionToken }
  link.destroy()
  throw new AppError('unavailable', 'The server neither took the seat nor closed it.')
}

/** Waits (ms). */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Whether the server seats whoever comes to `path`: until it says so, or closes. */
export async function isSeated(link: RawLink, path: string): Promise<boolean> {
  const seated = new Promise<boolean>((resolve) => {
    link.onMessage = (payload) => {
      if (payload[0] === RoomCode.join) resolve(true)
    }
  })
  await link.upgrade(path)
  const patience = pause(SEATED_MS_MAX).then(() => false)
  return await Promise.race([seated, link.ended.then(() => false), patience])
}

/** A fresh guest in the battle. */
export async function joinBattle(
  target: Target,
  address: string,
  setup: JoinSetup = {},
): Promise<Joined> {
  const user = await signIn(target, address)
  const seat = await takeSeat(target, user, setup)
  return openSeat(target, user, seat, setup)
}

function refused(what: string, answer: HttpAnswer): AppError {
  const { status, text, headers } = answer
  const retryAfterSec = Number(headers['retry-after'] ?? 0)
  return new AppError('unavailable', `No ${what}: ${status} ${text.slice(0, 200)}`, {
    retryAfterSec,
  })
}
