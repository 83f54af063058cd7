/**
 * The BattleLink over `@colyseus/sdk` 0.18: the only file of the client that knows Colyseus.
 *
 * Three things the SDK does are replaced on purpose:
 * - Seats are asked for with our own request, since the SDK drops the server's problem answer.
 * - Its automatic reconnection is never reached: it cannot be stepped by a test, gives an attempt
 *   no time-out, and gives up in the first five seconds of a room. `reconnect.ts` decides instead,
 *   by the same public `connection.reconnect`, so room object, state and handlers stay.
 * - Frames pass the conditioner on both ways, in order, close events included.
 */
import type { TimerHandle, Timers } from '@battalion/base/clock.ts'
import {
  BYTES_INPUT,
  BYTES_SNAPSHOT,
  type ClientMessages,
  type ServerMessages,
} from '@battalion/wire/messages.ts'
import { CloseCode, type Room } from '@colyseus/sdk'
import type { BattleLink, BattleLinkEvents } from './battle-link.ts'
import type { BattleState } from './battle-state.ts'
import type { LinkConditioner } from './link-conditioner.ts'
import { LinkEventQueue } from './link-event-queue.ts'
import { Reconnector } from './reconnect.ts'

/** Nothing heard for this long on an open connection: it is dead, cut it and reconnect (ms). */
export const SILENCE_MS_MAX = 8000
/** A good-bye is waited for this long, then the connection is just closed (ms). */
const LEAVE_MS_MAX = 2000
/** Close codes after which the seat may still be ours. */
const RETRY_CODES: readonly number[] = [
  CloseCode.GOING_AWAY,
  CloseCode.NO_STATUS_RECEIVED,
  CloseCode.ABNORMAL_CLOSURE,
  CloseCode.MAY_TRY_RECONNECT,
  1012,
  1013,
]
const MESSAGE_TYPES: readonly (keyof ServerMessages)[] = ['welcome', 'rtt', 'result', 'notice']

type BattleRoom = Room<unknown, BattleState>

export interface ColyseusLinkOptions {
  readonly room: BattleRoom
  readonly conditioner: LinkConditioner
  readonly timers: Timers
  readonly now: () => number
}

export class ColyseusLink implements BattleLink {
  readonly conditioner: LinkConditioner
  bytesReceived = 0
  bytesSent = 0
  readonly #room: BattleRoom
  readonly #timers: Timers
  readonly #now: () => number
  readonly #events = new LinkEventQueue()
  readonly #reconnector: Reconnector
  #welcome: ServerMessages['welcome'] | undefined
  #onReady: (() => void) | undefined
  #hasState = false
  #isOver = false
  #isLeaving = false
  #onLeft: (() => void) | undefined
  #leaveTimer: TimerHandle | undefined
  #pumpTimer: TimerHandle | undefined
  #silenceTimer: TimerHandle | undefined
  #heardAtMs: number

  constructor(options: ColyseusLinkOptions) {
    this.#room = options.room
    this.conditioner = options.conditioner
    this.#timers = options.timers
    this.#now = options.now
    this.#heardAtMs = options.now()
    this.#reconnector = this.#createReconnector()
    this.#wrapConnection()
    this.#listenToRoom()
    this.#watchSilence()
  }

  get roomId(): string {
    return this.#room.roomId
  }
  get state(): BattleState | undefined {
    return this.#hasState ? this.#room.state : undefined
  }
  get isOpen(): boolean {
    return !this.#isOver && !this.#reconnector.isReconnecting && this.#room.connection.isOpen
  }

  listen(events: BattleLinkEvents): void {
    this.#events.listen(events)
    // A stream with a hole is wrong without looking it; a new connection starts it afresh.
    if (this.#events.lostCount > 0) this.drop()
  }

  /** The first welcome, once the first full state is there too; rejects when closed before. */
  waitForWelcome(): Promise<ServerMessages['welcome']> {
    return new Promise((resolve, reject) => {
      this.#onReady = () => {
        if (this.#isOver) reject(new Error('closed before the welcome'))
        else if (this.#welcome !== undefined && this.#hasState) resolve(this.#welcome)
      }
      this.#onReady()
    })
  }

  sendInput(bytes: Uint8Array): void {
    if (this.isOpen) this.#room.sendBytes(BYTES_INPUT, bytes)
  }

  send<T extends keyof ClientMessages>(type: T, message: ClientMessages[T]): void {
    if (this.isOpen) this.#room.send(type, message)
  }

  leave(): Promise<void> {
    if (this.#isOver) return Promise.resolve()
    this.#reconnector.stop()
    this.#isLeaving = true
    const left = new Promise<void>((resolve) => {
      this.#onLeft = resolve
    })
    if (this.#room.connection.isOpen) {
      const giveUp = () => this.#finish(CloseCode.CONSENTED, undefined)
      this.#leaveTimer = this.#timers.setTimeout(giveUp, LEAVE_MS_MAX)
      void this.#room.leave(true)
    } else this.#finish(CloseCode.CONSENTED, undefined)
    return left
  }

  drop(): void {
    // 4010 makes the SDK report the close at once, without waiting for the other side.
    if (!this.#isOver) this.#room.connection.close(CloseCode.MAY_TRY_RECONNECT)
  }

  #createReconnector(): Reconnector {
    return new Reconnector({
      timers: this.#timers,
      now: this.#now,
      seed: seedOf(this.#room.sessionId),
      connect: () => {
        const [, token] = this.#room.reconnectionToken.split(':')
        // The state's reflection is known already, hence no second handshake.
        this.#room.connection.reconnect({ reconnectionToken: token!, skipHandshake: true })
      },
      abort: () => this.drop(),
      retrying: (attempt, delayMs) => this.#events.push((to) => to.retrying(attempt, delayMs)),
      gaveUp: () => this.#finish(CloseCode.FAILED_TO_RECONNECT, undefined),
    })
  }

  /** Puts counting, conditioning and our own close handling around the SDK's socket. */
  #wrapConnection(): void {
    const { events, transport } = this.#room.connection
    const onmessage = events.onmessage!
    const onclose = events.onclose!
    events.onmessage = (event: { data: ArrayBuffer; target: unknown }) => {
      if (this.#isStale(event.target)) return
      this.#heardAtMs = this.#now()
      this.bytesReceived += event.data.byteLength
      this.#pass('in', event.data.byteLength, () => onmessage(event))
    }
    events.onclose = (event: { code: number; reason?: string }) => {
      this.#pass('in', 0, () => this.#onClose(event, onclose))
    }
    const send = transport.send.bind(transport)
    transport.send = (data: Uint8Array) => {
      this.bytesSent += data.byteLength
      // The SDK reuses its send buffer, so a frame held back needs bytes of its own.
      const frame = this.conditioner.isPassing ? data : data.slice()
      this.#pass('out', data.byteLength, () => {
        if (this.#room.connection.isOpen) send(frame)
      })
    }
  }

  /** A socket we gave up may go on talking; its frames are not part of the new connection. */
  #isStale(socket: unknown): boolean {
    const { ws } = this.#room.connection.transport as unknown as { ws: unknown }
    return socket !== undefined && socket !== null && socket !== ws
  }

  #onClose(event: { code: number; reason?: string }, onclose: (event: unknown) => void): void {
    if (this.#isOver) return
    this.conditioner.clear()
    // The server answers a good-bye by closing; a line that died meanwhile is as good.
    if (this.#isLeaving) return this.#finish(CloseCode.CONSENTED, event.reason)
    const hasJoined = this.#room.reconnectionToken !== undefined
    if (this.#reconnector.isReconnecting && event.code === CloseCode.WITH_ERROR) {
      // The server answered an attempt: nobody holds a seat for us any more.
      return this.#finish(CloseCode.FAILED_TO_RECONNECT, event.reason)
    }
    if (!hasJoined || !RETRY_CODES.includes(event.code)) {
      onclose(event)
      return
    }
    const isFirst = !this.#reconnector.isReconnecting
    if (isFirst) this.#events.push((to) => to.dropped(event.code))
    this.#reconnector.failed()
  }

  #listenToRoom(): void {
    const room = this.#room
    const onMessage = room.onMessage.bind(room) as unknown as (
      type: string | number,
      callback: (payload: never) => void,
    ) => void
    onMessage(BYTES_SNAPSHOT, (bytes: Uint8Array) => this.#events.push((to) => to.snapshot(bytes)))
    for (const type of MESSAGE_TYPES) {
      onMessage(type, (message: ServerMessages[typeof type]) => this.#onMessage(type, message))
    }
    // A server newer than this client may say more; without this the SDK warns at each message.
    onMessage('*', () => undefined)
    room.onStateChange(() => {
      this.#hasState = true
      this.#events.push((to) => to.stateChanged())
      this.#onReady?.()
    })
    room.onReconnect(() => {
      this.#reconnector.succeeded()
      this.#events.push((to) => to.reconnected())
    })
    room.onLeave((code, reason) => this.#finish(code, reason))
  }

  #onMessage<T extends keyof ServerMessages>(type: T, message: ServerMessages[T]): void {
    this.#events.push((to) => to.message(type, message))
    if (type === 'welcome') this.#welcome = message as ServerMessages['welcome']
    this.#onReady?.()
  }

  #finish(code: number, reason: string | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reconnector.stop()
    this.#silenceTimer?.cancel()
    this.#pumpTimer?.cancel()
    this.#leaveTimer?.cancel()
    this.conditioner.clear()
    this.#events.push((to) => to.closed(code, reason))
    this.#onReady?.()
    this.#onLeft?.()
    // Also a socket that is still connecting: it would take a seat nobody sits on.
    this.#room.connection.close(CloseCode.CONSENTED)
  }

  #pass(direction: 'in' | 'out', bytes: number, deliver: () => void): void {
    this.conditioner.pass(direction, this.#now(), deliver, bytes)
    this.#pump()
  }

  /** Keeps one timer running while frames are held back. */
  #pump(): void {
    if (this.#pumpTimer !== undefined) return
    const dueInMs = this.conditioner.nextDueInMs(this.#now())
    if (dueInMs === undefined) return
    this.#pumpTimer = this.#timers.setTimeout(() => {
      this.#pumpTimer = undefined
      this.conditioner.flush(this.#now())
      this.#pump()
    }, dueInMs)
  }

  #watchSilence(): void {
    if (this.#isOver) return
    const silentMs = this.#now() - this.#heardAtMs
    if (silentMs > SILENCE_MS_MAX && this.isOpen) {
      this.#heardAtMs = this.#now()
      this.drop()
    }
    const check = () => this.#watchSilence()
    this.#silenceTimer = this.#timers.setTimeout(check, SILENCE_MS_MAX / 4)
  }
}

/** Any text → u32, the same each time (FNV-1a). */
function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193)
  return hash >>> 0
}
