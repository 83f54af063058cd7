/**
 * Takes a seat in a battle and opens the connection: one matchmaking request, one WebSocket. Ends
 * when the welcome and the first full state are there, or with an AppError.
 */
import { AppError, ERROR_CODES } from '@battalion/base/app-error.ts'
import { findCloseReason, CLOSE_MESSAGES } from '@battalion/wire/close-codes.ts'
import type { JoinOptions, ServerMessages } from '@battalion/wire/messages.ts'
import { ColyseusSDK, ServerError, type Room, type SeatReservation } from '@colyseus/sdk'
import type { BattleState } from './battle-state.ts'
import { ColyseusLink } from './colyseus-link.ts'
import type { LinkConditioner } from './link-conditioner.ts'
import { botHeaders, requestJson, trimUrl } from './session.ts'
import { webTimers } from './web-timers.ts'

/** From asking for the seat to the first state (ms); beyond it the join fails. */
export const JOIN_TIMEOUT_MS = 15_000
const ROOM_NAME = 'battlefield'

export interface OpenLinkOptions {
  readonly baseUrl: string
  readonly accessToken: string
  readonly botKey: string | undefined
  /** Joins this room and no other. */
  readonly roomId: string | undefined
  readonly options: JoinOptions
  readonly conditioner: LinkConditioner
  readonly now: () => number
}

export interface OpenedLink {
  readonly link: ColyseusLink
  readonly welcome: ServerMessages['welcome']
}

/** A seat, a socket, a welcome. */
export async function openLink(options: OpenLinkOptions): Promise<OpenedLink> {
  const seat = await requestSeat(options)
  const sdk = new BattleSdk(options)
  const joined = sdk.consumeSeatReservation(seat)
  const link = sdk.link!
  try {
    return { link, welcome: await withTimeout(joined.then(() => link.waitForWelcome())) }
  } catch (error) {
    await link.leave()
    throw joinError(error)
  }
}

async function requestSeat(options: OpenLinkOptions): Promise<SeatReservation> {
  const base = `${trimUrl(options.baseUrl)}/matchmake`
  const url =
    options.roomId === undefined
      ? `${base}/joinOrCreate/${ROOM_NAME}`
      : `${base}/joinById/${encodeURIComponent(options.roomId)}`
  return (await requestJson(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${options.accessToken}`,
      ...botHeaders(options.botKey),
    },
    body: JSON.stringify(options.options),
  })) as SeatReservation
}

/** The SDK, hooked where a room gets its socket: nothing may arrive before the link listens. */
class BattleSdk extends ColyseusSDK {
  link: ColyseusLink | undefined
  readonly #options: OpenLinkOptions
  #room: Room | undefined

  constructor(options: OpenLinkOptions) {
    super(options.baseUrl, { headers: botHeaders(options.botKey) })
    this.#options = options
    this.auth.token = options.accessToken
  }

  protected override createRoom<T>(...[name]: Parameters<ColyseusSDK['createRoom']>) {
    const room = super.createRoom<T>(name)
    this.#room = room
    return room
  }

  /** The socket exists when `super` returns its promise, and has not spoken yet. */
  override consumeSeatReservation<T>(seat: SeatReservation): Promise<Room<unknown, T>> {
    const joined = super.consumeSeatReservation<T>(seat)
    this.link = new ColyseusLink({
      room: this.#room as Room<unknown, BattleState>,
      conditioner: this.#options.conditioner,
      timers: webTimers,
      now: this.#options.now,
    })
    return joined
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = webTimers.setTimeout(
      () => reject(new AppError('unavailable', 'The battle did not answer in time.')),
      JOIN_TIMEOUT_MS,
    )
    void work.then(resolve, reject).finally(() => timer.cancel())
  })
}

/** What the SDK or the link threw, as something a player can read. */
function joinError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const code = error instanceof ServerError ? error.code : 0
  const reason = findCloseReason(code)
  if (reason === undefined) return refusalOf(error)
  const kind = reason === 'unauthenticated' ? 'unauthenticated' : 'unavailable'
  return new AppError(kind, CLOSE_MESSAGES[reason], { cause: error })
}

/** A refusal at the socket says `code: sentence`, anything else only that it failed. */
function refusalOf(cause: unknown): AppError {
  const internal = cause instanceof Error ? cause.message : String(cause)
  const code = ERROR_CODES.find((known) => internal.startsWith(`${known}: `))
  if (code !== undefined) return new AppError(code, internal.slice(code.length + 2), { cause })
  return new AppError('unavailable', 'The battle could not be joined.', { cause, internal })
}
