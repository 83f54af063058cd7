/**
 * One player's (or spectator's) view of one battle: commands out, snapshots in, prediction of the
 * own soldier, interpolation of all others. The program calls `update` each frame or timer tick and
 * reads `own`, `state`, `sample`; everything else arrives by `on`.
 *
 * Reads no clock (time comes in by `update` and `now`), draws nothing, knows no Colyseus (that is
 * `colyseus-link.ts`), and believes nothing of the server that the decoder has not checked.
 */
import type { Balance } from '@battalion/sim/balance.ts'
import type { CompiledMap } from '@battalion/sim/compiled-map.ts'
import type { ClientMessages, ServerMessages } from '@battalion/wire/messages.ts'
import type { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'
import type { BattleEvents } from './battle-events.ts'
import type { BattleLink } from './battle-link.ts'
import type { BattleState } from './battle-state.ts'
import { EventHub } from './event-hub.ts'
import { INTENT_AT_REST, type Intent } from './intent.ts'
import type { InterpolatedEntities } from './interpolated-entities.ts'
import type { LinkConditioner } from './link-conditioner.ts'
import { LinkStats } from './link-stats.ts'
import { createOwnView, type OwnView } from './own-view.ts'

export interface BattleClientOptions {
  readonly link: BattleLink
  readonly welcome: ServerMessages['welcome']
  readonly balance: Balance
  readonly map: CompiledMap
  /** Monotonic milliseconds; the same clock as `update`'s argument. */
  readonly now: () => number
  /** Commands per input frame, 1..3. */
  readonly commandsPerFrame: number
}

export class BattleClient {
  readonly own: OwnView = createOwnView()
  readonly stats = new LinkStats()
  readonly #link: BattleLink
  readonly #hub = new EventHub<BattleEvents>()
  #welcome: ServerMessages['welcome']
  #balance: Balance
  #map: CompiledMap
  #intent: Intent = INTENT_AT_REST

  constructor(options: BattleClientOptions) {
    this.#link = options.link
    this.#welcome = options.welcome
    this.#balance = options.balance
    this.#map = options.map
  }

  /** Room state, updated in place two to four times a second. */
  get state(): BattleState {
    return this.#link.state!
  }
  get roomId(): string {
    return this.#link.roomId
  }
  get welcome(): ServerMessages['welcome'] {
    return this.#welcome
  }
  get balance(): Balance {
    return this.#balance
  }
  get map(): CompiledMap {
    return this.#map
  }
  /** Newest server truth, undelayed: entities, far tier, projectiles, own head. */
  get decoder(): SnapshotDecoder {
    throw new Error('not yet')
  }
  get isSpectator(): boolean {
    return this.#welcome.netId === 0xffff
  }
  get isConnected(): boolean {
    return this.#link.isOpen
  }
  /** The link's added latency, jitter and loss. */
  get conditioner(): LinkConditioner {
    return this.#link.conditioner
  }

  /** What the player wants from now on; sampled at each command tick. */
  setIntent(intent: Intent): void {
    this.#intent = intent
  }

  /** Per animation frame or timer tick: makes and sends commands, moves prediction and view time. */
  update(_nowMs: number): void {
    this.own.yaw = this.#intent.yaw
  }

  /** Fills `out` with all others as they are to be drawn at `nowMs`. */
  sample(_nowMs: number, out: InterpolatedEntities): void {
    out.count = 0
  }

  /** Calls `handler` at each `event`; the answer undoes it. */
  on<K extends keyof BattleEvents>(
    event: K,
    handler: (payload: BattleEvents[K]) => void,
  ): () => void {
    return this.#hub.on(event, handler)
  }

  send<T extends keyof ClientMessages>(type: T, message: ClientMessages[T]): void {
    this.#link.send(type, message)
  }

  /** Spectators: look at (x, z); sent at most ten times a second. */
  setInterest(x: number, z: number): void {
    this.#link.send('look', { x, z })
  }

  /** Leaves the battle; the seat is given up at once. */
  leave(): Promise<void> {
    return this.#link.leave()
  }

  /** Cuts the connection as a bad network would; reconnecting follows. For panels and tests. */
  dropConnection(): void {
    this.#link.drop()
  }
}
