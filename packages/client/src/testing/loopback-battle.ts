/**
 * A battle without sockets for tests: the real simulation, encoder and input codec on one side,
 * links with a delay on the other, and a clock that a test steps. One server, many clients.
 */
import { NET_ID_NONE, type NetId, toNetId } from '@battalion/base/ids.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import { type Command, setCommand } from '@battalion/sim/commands.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { COMMANDS_WAITING_MAX } from '@battalion/sim/limits.ts'
import { addSoldier } from '@battalion/sim/soldiers.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import type { World } from '@battalion/sim/world.ts'
import { createCommand, decodeInputs } from '@battalion/wire/input-codec.ts'
import type { ClientMessages, ServerMessages } from '@battalion/wire/messages.ts'
import { SnapshotEncoder } from '@battalion/wire/snapshot-encoder.ts'
import { createViewer, type SnapshotViewer } from '@battalion/wire/snapshot-viewer.ts'
import { SNAPSHOT_BYTES_MAX } from '@battalion/wire/wire-limits.ts'
import { BattleClient } from '../battle-client.ts'
import type { BattleLink, BattleLinkEvents } from '../battle-link.ts'
import type { BattleState } from '../battle-state.ts'
import { LinkConditioner } from '../link-conditioner.ts'

/** Slice of time between two client updates unless asked otherwise (ms). */
const SLICE_MS = 10

export class LoopbackLink implements BattleLink {
  readonly roomId = 'loopback'
  readonly state = { matchId: 'match', objectives: [] } as unknown as BattleState
  readonly conditioner: LinkConditioner
  readonly viewer: SnapshotViewer
  readonly queue: Command[] = []
  readonly sent: [type: string, message: unknown][] = []
  isOpen = true
  bytesReceived = 0
  bytesSent = 0
  dropCount = 0
  /** Commands that found the queue full. */
  droppedCount = 0
  /** Steps that found no command. */
  missingCount = 0
  events: BattleLinkEvents | undefined
  readonly #now: () => number

  constructor(viewer: SnapshotViewer, conditioner: LinkConditioner, now: () => number) {
    this.viewer = viewer
    this.conditioner = conditioner
    this.#now = now
  }

  listen(events: BattleLinkEvents): void {
    this.events = events
  }

  /** To the client, after the conditions of the link. */
  deliver(give: (events: BattleLinkEvents) => void): void {
    this.conditioner.pass('in', this.#now(), () => {
      if (this.isOpen) give(this.events!)
    })
  }

  sendInput(bytes: Uint8Array): void {
    const into = Array.from({ length: 3 }, createCommand)
    const count = decodeInputs(bytes, into) as number
    this.bytesSent += bytes.length
    this.conditioner.pass('out', this.#now(), () => {
      this.queue.push(...into.slice(0, count))
      this.droppedCount += this.queue.splice(COMMANDS_WAITING_MAX).length
    })
  }

  send<T extends keyof ClientMessages>(type: T, message: ClientMessages[T]): void {
    this.sent.push([type, message])
    if (type !== 'rtt') return
    const { id } = message as ClientMessages['rtt']
    const answer = () => this.deliver((events) => events.message('rtt', { id }))
    this.conditioner.pass('out', this.#now(), answer)
  }

  leave(): Promise<void> {
    this.isOpen = false
    return Promise.resolve()
  }

  drop(): void {
    this.dropCount++
    this.isOpen = false
    this.conditioner.clear()
    this.queue.length = 0
    this.events?.dropped(4010)
  }

  /** The connection is back: the server starts the stream afresh. */
  comeBack(): void {
    this.isOpen = true
    this.viewer.needKey = true
    this.events?.reconnected()
  }
}

export class LoopbackBattle {
  nowMs = 0
  /** Time between two looks at the network and updates of all clients (ms). */
  sliceMs = SLICE_MS
  readonly world: World
  readonly clients: BattleClient[] = []
  readonly links: LoopbackLink[] = []
  readonly #encoder: SnapshotEncoder
  readonly #bytes = new Uint8Array(SNAPSHOT_BYTES_MAX)
  readonly #balance: Balance
  #nextTickMs = 0
  /** Sees each command as the server carries it out, before its step. */
  onCommand: (command: Command, link: LoopbackLink) => void = () => undefined
  #pace = { timeScale: 1, ticksPerSend: 1 }

  constructor(balance: Balance, modeId: string, seed = 1) {
    const mapId = balance.modes.find(({ id }) => id === modeId)!.maps[0]!
    this.#balance = balance
    this.world = createWorld({ balance, modeId, mapId, seed, capacity: 64 })
    this.#encoder = new SnapshotEncoder(this.world)
  }

  /** Commands that found their queue full. */
  get commandsDropped(): number {
    return this.links.reduce((sum, { droppedCount }) => sum + droppedCount, 0)
  }

  /** The server slows down, or not, and tells everybody with its next send. */
  setPace(pace: { readonly timeScale: number; readonly ticksPerSend: number }): void {
    this.#pace = pace
    const { tickRateHz } = this.world.mode
    const snapshotRateHz = (tickRateHz * pace.timeScale) / pace.ticksPerSend
    for (const link of this.links) {
      link.deliver((events) => {
        Object.assign(link.state, { ...pace, snapshotRateHz, overloadStep: 4 })
        events.stateChanged()
      })
    }
  }

  /** A client with a soldier (or none), over a link with `latencyMs` each way. */
  join(options: { team?: number; spectate?: boolean; latencyMs?: number } = {}): BattleClient {
    const team = options.team === undefined ? {} : { team: options.team }
    const netId = options.spectate === true ? NET_ID_NONE : addSoldier(this.world, team)!
    const conditioner = new LinkConditioner(this.links.length + 1)
    conditioner.configure({ latencyMs: options.latencyMs ?? 0 })
    const link = new LoopbackLink(this.#createViewer(netId), conditioner, () => this.nowMs)
    const client = new BattleClient({
      link,
      welcome: this.welcome(netId),
      balance: this.#balance,
      map: this.world.map,
      now: () => this.nowMs,
      commandsPerFrame: 2,
      loadRules: () => Promise.reject(new Error('one map only')),
    })
    this.links.push(link)
    this.clients.push(client)
    return client
  }

  /** What the room says first. */
  welcome(netId: NetId): ServerMessages['welcome'] {
    const { mode, map, tick } = this.world
    return {
      protocolVersion: 1,
      netId,
      matchId: 'match',
      mode: mode.id,
      map: map.map.id,
      balanceVersion: this.#balance.version,
      tickRateHz: mode.tickRateHz,
      snapshotRateHz: mode.tickRateHz,
      tick,
      demo: false,
    }
  }

  /** Lets `elapsedMs` pass for the server and everybody; `visit` is called in every slice. */
  run(elapsedMs: number, visit: () => void = () => undefined): void {
    const endMs = this.nowMs + elapsedMs
    while (this.nowMs < endMs) {
      this.nowMs += this.sliceMs
      while (this.#nextTickMs <= this.nowMs) this.#tick()
      for (const link of this.links) link.conditioner.flush(this.nowMs)
      for (const client of this.clients) client.update(this.nowMs)
      visit()
    }
  }

  #createViewer(netId: NetId): SnapshotViewer {
    const { map } = this.world.map
    if (netId !== NET_ID_NONE) {
      return createViewer({ netId, team: this.world.soldiers.team[netId]! })
    }
    return createViewer({ centreX: map.widthMetres / 2, centreZ: map.depthMetres / 2 })
  }

  #tick(): void {
    this.#nextTickMs += 1000 / (this.world.mode.tickRateHz * this.#pace.timeScale)
    for (const link of this.links) {
      const command = link.queue.shift()
      if (command === undefined) {
        link.missingCount++
        continue
      }
      this.onCommand(command, link)
      setCommand(this.world, toNetId(link.viewer.netId), command)
    }
    stepWorld(this.world)
    this.#encoder.collectEvents()
    if (this.world.tick % this.#pace.ticksPerSend !== 0) return
    this.#encoder.encode()
    for (const link of this.links) this.#sendTo(link)
  }

  #sendTo(link: LoopbackLink): void {
    if (!link.isOpen) return
    link.viewer.inputsWaiting = link.queue.length
    const end = this.#encoder.compose(link.viewer, this.#bytes, 0)
    const frame = this.#bytes.slice(0, end)
    link.bytesReceived += end
    link.deliver((events) => events.snapshot(frame))
  }
}
