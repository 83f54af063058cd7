/**
 * As much of the SDK's room and socket as a ColyseusLink touches, moved by hand: a test says when a
 * frame arrives, when the socket dies, when a reconnection succeeds.
 */
import type { Room } from '@colyseus/sdk'
import type { BattleState } from '../battle-state.ts'

type Callback = (...args: never[]) => void
type Callbacks = ((...args: unknown[]) => void)[]

export class FakeRoom {
  roomId = 'room1'
  sessionId = 'session1'
  reconnectionToken: string | undefined = 'room1:token1'
  serializer = {}
  state = {}
  readonly sent: Uint8Array[] = []
  readonly messages: [type: string, payload: unknown][] = []
  readonly reconnects: unknown[] = []
  readonly closes: (number | undefined)[] = []
  readonly #onMessage = new Map<string | number, (payload: unknown) => void>()
  readonly #signals: Record<'state' | 'reconnect' | 'leave', Callbacks> = {
    state: [],
    reconnect: [],
    leave: [],
  }
  readonly connection = {
    isOpen: true,
    events: {
      onmessage: (event: { data: ArrayBuffer }) => this.#dispatch(new Uint8Array(event.data)),
      onclose: (event: { code: number; reason?: string }) => this.leaveWith(event.code),
    } as Record<'onmessage' | 'onclose', (event: never) => void>,
    transport: {
      ws: { id: 1 },
      send: (data: Uint8Array) => void this.sent.push(data),
    },
    close: (code?: number) => {
      this.closes.push(code)
      this.die(code ?? 1005)
    },
    reconnect: (params: unknown) => {
      this.reconnects.push(params)
      this.connection.transport.ws = { id: this.reconnects.length + 1 }
    },
  }

  /** What the link's constructor takes. */
  get asRoom(): Room<unknown, BattleState> {
    return this as unknown as Room<unknown, BattleState>
  }

  onMessage(type: string | number, callback: (payload: unknown) => void): void {
    this.#onMessage.set(type, callback)
  }
  onStateChange(callback: Callback): void {
    this.#signals.state.push(callback as Callbacks[number])
  }
  onReconnect(callback: Callback): void {
    this.#signals.reconnect.push(callback as Callbacks[number])
  }
  onLeave(callback: Callback): void {
    this.#signals.leave.push(callback as Callbacks[number])
  }
  send(type: string, payload: unknown): void {
    this.messages.push([type, payload])
  }
  sendBytes(type: number, bytes: Uint8Array): void {
    this.connection.transport.send(Uint8Array.of(17, type, ...bytes))
  }
  /** False: the server says nothing to a good-bye. */
  answersLeave = true
  leave(): Promise<number> {
    if (!this.answersLeave) return new Promise(() => undefined)
    this.connection.isOpen = false
    this.leaveWith(4000)
    return Promise.resolve(4000)
  }

  /** A bytes frame `[17][type]…` comes in over `socket`, the present one by default. */
  arrive(type: number, payload: number[], socket: unknown = this.connection.transport.ws): void {
    const data = Uint8Array.of(17, type, ...payload).buffer
    this.connection.events.onmessage({ data, target: socket } as never)
  }
  message(type: string, payload: unknown): void {
    this.#onMessage.get(type)?.(payload)
  }
  changeState(): void {
    for (const callback of this.#signals.state) callback()
  }
  /** The socket is gone. */
  die(code: number): void {
    this.connection.isOpen = false
    this.connection.events.onclose({ code } as never)
  }
  /** A reconnection got through. */
  comeBack(): void {
    this.connection.isOpen = true
    this.reconnectionToken = 'room1:token2'
    for (const callback of this.#signals.reconnect) callback()
  }
  leaveWith(code: number): void {
    for (const callback of this.#signals.leave) callback(code)
  }

  #dispatch(frame: Uint8Array): void {
    this.#onMessage.get(frame[1]!)?.(frame.subarray(2))
  }
}
