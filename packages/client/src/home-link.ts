/**
 * The standing connection of a signed-in client to its home room: a seat, a socket, a welcome, then
 * items until it closes. It never comes back by itself: a home room keeps nothing for who is away,
 * so coming back is a new `joinHome`, and who holds the link decides when.
 */
import { AppError, ERROR_CODES } from '@battalion/base/app-error.ts'
import { CLOSE_MESSAGES, findCloseReason } from '@battalion/wire/close-codes.ts'
import type { CloseReason } from '@battalion/wire/close-codes.ts'
import { ColyseusSDK } from '@colyseus/sdk'
import type { Room, SeatReservation } from '@colyseus/sdk'

import type { HomeAnswer, HomeCommands, HomeItems, HomeWelcome } from './home-messages.ts'
import { requestJson, trimUrl } from './session.ts'
import { webTimers } from './web-timers.ts'

/** From asking for the seat to the welcome (ms). */
const JOIN_MS_MAX = 15_000
/** A command without an answer for this long has failed (ms). */
const ANSWER_MS_MAX = 15_000
/** Items kept until somebody listens; more than a server sends before its first turn is over. */
const EARLY_ITEMS_MAX = 1000
const CONSENTED = 4000

/** One item of the feed: its type and what it says. */
export type HomeItem = {
  [Type in keyof HomeItems]: readonly [type: Type, body: HomeItems[Type]]
}[keyof HomeItems]

/** Who hears of what happens. */
export interface HomeListener {
  item(item: HomeItem): void
  /** Once; `reason` is undefined when the line was lost or the server said nothing. */
  closed(reason: CloseReason | undefined): void
}

/** An open connection. */
export interface HomeLink {
  readonly welcome: HomeWelcome
  /** Everything since the welcome, then all that comes. */
  listen(listener: HomeListener): void
  /** The line's number; throws AppError when refused, unanswered or closed. */
  send<Type extends keyof HomeCommands>(type: Type, body: HomeCommands[Type]): Promise<number>
  /** Good-bye; nothing is heard afterwards. */
  leave(): void
}

/** Joins; throws AppError when refused. */
export async function joinHome(options: {
  readonly baseUrl: string
  readonly accessToken: string
}): Promise<HomeLink> {
  const seat = (await requestJson(`${trimUrl(options.baseUrl)}/matchmake/joinOrCreate/home`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${options.accessToken}`,
    },
    body: '{}',
  })) as SeatReservation
  const sdk = new HomeSdk(options.baseUrl)
  sdk.auth.token = options.accessToken
  void sdk.consumeSeatReservation(seat).catch((error: unknown) => sdk.link?.refuse(error))
  const link = sdk.link!
  await link.joined
  return link
}

/** The SDK, hooked where a room gets its socket: nothing may arrive before the link listens. */
class HomeSdk extends ColyseusSDK {
  link: RoomLink | undefined

  protected override createRoom<T>(...[name]: Parameters<ColyseusSDK['createRoom']>) {
    const room = super.createRoom<T>(name)
    this.link = new RoomLink(room as Room)
    return room
  }
}

class RoomLink implements HomeLink {
  welcome!: HomeWelcome
  readonly joined: Promise<void>
  readonly #room: Room
  readonly #answers = new Map<number, (answer: HomeAnswer) => void>()
  readonly #early: HomeItem[] = []
  #listener: HomeListener | undefined
  #settle!: { resolve: () => void; reject: (error: AppError) => void }
  #lastRef = 0
  #isOver = false

  constructor(room: Room) {
    this.#room = room
    this.joined = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    const timer = webTimers.setTimeout(() => this.#close(undefined), JOIN_MS_MAX)
    void this.joined.then(
      () => timer.cancel(),
      () => timer.cancel(),
    )
    room.reconnection.enabled = false
    room.onMessage('welcome', (welcome: HomeWelcome) => {
      this.welcome = welcome
      this.#settle.resolve()
    })
    room.onMessage('feed', (items: readonly HomeItem[]) => {
      for (const item of items) this.#take(item)
    })
    // A server newer than this client may say more; without this the SDK warns at each message.
    room.onMessage('*', () => undefined)
    room.onLeave((code) => this.#close(code))
  }

  listen(listener: HomeListener): void {
    this.#listener = listener
    for (const item of this.#early.splice(0)) listener.item(item)
  }

  /** The room was not entered. */
  refuse(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    const code = ERROR_CODES.find((known) => text.startsWith(`${known}: `))
    const number = (error as { readonly code?: unknown }).code
    const reason = typeof number === 'number' ? findCloseReason(number) : undefined
    if (code !== undefined) this.#settle.reject(new AppError(code, text.slice(code.length + 2)))
    else this.#settle.reject(closeError(reason))
    this.#close(undefined)
  }

  send<Type extends keyof HomeCommands>(type: Type, body: HomeCommands[Type]): Promise<number> {
    if (this.#isOver) return Promise.reject(closeError(undefined))
    const ref = ++this.#lastRef
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const timer = webTimers.setTimeout(() => {
      this.#answers.delete(ref)
      reject(closeError(undefined))
    }, ANSWER_MS_MAX)
    this.#answers.set(ref, (answer) => {
      timer.cancel()
      if (answer.ok) resolve(answer.seq)
      else reject(refusal(answer))
    })
    this.#room.send(type, { ref, ...body })
    return promise
  }

  leave(): void {
    this.#listener = undefined
    this.#close(CONSENTED)
  }

  #take(item: HomeItem | readonly ['answer', HomeAnswer]): void {
    if (item[0] === 'answer') {
      const answer = item[1]
      const settle = this.#answers.get(answer.ref)
      this.#answers.delete(answer.ref)
      settle?.(answer)
    } else if (this.#listener !== undefined) this.#listener.item(item)
    else if (this.#early.length < EARLY_ITEMS_MAX) this.#early.push(item)
  }

  #close(code: number | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    const reason = code === undefined ? undefined : findCloseReason(code)
    this.#settle.reject(closeError(reason))
    const answers = [...this.#answers.values()]
    this.#answers.clear()
    const { code: lost, message } = closeError(undefined)
    for (const settle of answers) settle({ ref: 0, ok: false, code: lost, message })
    if (this.#room.connection?.isOpen) this.#room.connection.close(CONSENTED)
    this.#listener?.closed(reason)
  }
}

function closeError(reason: CloseReason | undefined): AppError {
  if (reason === undefined) return new AppError('unavailable', 'The connection was lost.')
  const code = reason === 'unauthenticated' ? 'unauthenticated' : 'unavailable'
  return new AppError(code, CLOSE_MESSAGES[reason])
}

function refusal(answer: HomeAnswer & { readonly ok: false }): AppError {
  const { message, retryAfterSec } = answer
  const code = ERROR_CODES.find((known) => known === answer.code) ?? 'internal'
  return new AppError(code, message, retryAfterSec === undefined ? {} : { retryAfterSec })
}
