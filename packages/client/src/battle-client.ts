/**
 * One player's (or spectator's) view of one battle: commands out, snapshots in, prediction of the
 * own soldier, interpolation of all others. The program calls `update` each frame or timer tick and
 * reads `own`, `state`, `sample`; everything else arrives by `on`.
 *
 * Reads no clock (time comes in by `update` and `now`), draws nothing, knows no Colyseus, and
 * believes nothing of the server that the decoder has not checked.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import type { CompiledMap } from '@battalion/sim/compiled-map.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { createCommand } from '@battalion/wire/input-codec.ts'
import type { ClientMessages, ServerMessages } from '@battalion/wire/messages.ts'
import type { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'
import { readAnnouncedPace } from './announced-pace.ts'
import type { BattleEvents } from './battle-events.ts'
import type { BattleLink } from './battle-link.ts'
import type { BattleState } from './battle-state.ts'
import { CaptureWatch } from './capture-watch.ts'
import { CommandClock } from './command-clock.ts'
import { CommandLead } from './command-lead.ts'
import { disconnectInfo } from './disconnect-reason.ts'
import { emitSightings, FrameEvents } from './dispatch-events.ts'
import { EventHub } from './event-hub.ts'
import { InputSender } from './input-sender.ts'
import { INTENT_AT_REST, type Intent, writeIntent } from './intent.ts'
import type { InterpolatedEntities } from './interpolated-entities.ts'
import type { LinkConditioner } from './link-conditioner.ts'
import { LinkStats } from './link-stats.ts'
import { createOwnView, type OwnView } from './own-view.ts'
import { Prediction } from './prediction.ts'
import { RoundTripMeter } from './round-trip-meter.ts'
import { type SeenHitCounts, SeenHits } from './seen-hits.ts'
import { SnapshotView } from './snapshot-view.ts'
import { ViewClock } from './view-time.ts'

type Welcome = ServerMessages['welcome']

/** What the rules of a battle are read from. */
export interface BattleRules {
  readonly balance: Balance
  readonly map: CompiledMap
}

export interface BattleClientOptions extends BattleRules {
  readonly link: BattleLink
  readonly welcome: Welcome
  /** Monotonic milliseconds; the same clock as `update`'s argument. */
  readonly now: () => number
  /** Commands per input frame, 1..3. */
  readonly commandsPerFrame: number
  /** Rules of the room's next battle, when its map or balance differs. */
  readonly loadRules: (welcome: Welcome) => Promise<BattleRules>
}

/** Least time between two `look` messages (ms): the server counts ten a second. */
const LOOK_INTERVAL_MS = 100
/** A stream that stays undecodable this long is cut, to be started afresh (ms). */
const LOST_MS_MAX = 2000

export class BattleClient {
  readonly own: OwnView = createOwnView()
  readonly stats = new LinkStats()
  readonly #options: BattleClientOptions
  readonly #link: BattleLink
  readonly #hub = new EventHub<BattleEvents>()
  readonly #captures = new CaptureWatch()
  readonly #frameEvents = new FrameEvents(this.#hub)
  readonly #roundTrips = new RoundTripMeter()
  readonly #lead = new CommandLead()
  readonly #seenHits = new SeenHits()
  readonly #sender: InputSender
  #welcome: Welcome
  #rules: BattleRules
  #clock: CommandClock
  #viewClock: ViewClock
  #view: SnapshotView
  #prediction: Prediction | undefined
  #intent: Intent = INTENT_AT_REST
  readonly #held = createCommand()
  #updatedAtMs = Number.NaN
  #lookedAtMs = -Infinity
  #lostAtMs: number | undefined
  #timeScale = 1

  constructor(options: BattleClientOptions) {
    this.#options = options
    this.#link = options.link
    this.#welcome = options.welcome
    this.#rules = { balance: options.balance, map: options.map }
    this.#sender = new InputSender(options.commandsPerFrame, (bytes, firstSeq) => {
      this.#lead.sent(firstSeq, options.now())
      this.#link.sendInput(bytes)
    })
    this.#clock = this.#createClock()
    this.#viewClock = this.#createViewClock()
    this.#view = this.#createView()
    this.#startBattle()
    this.#link.listen({
      snapshot: (bytes) => this.#onSnapshot(bytes),
      message: (type, message) => this.#onMessage(type, message),
      stateChanged: () => this.#onState(),
      dropped: (code) => this.#onDropped(code),
      retrying: (attempt, delayMs) => this.#hub.emit('reconnecting', { attempt, delayMs }),
      reconnected: () => this.#onReconnected(),
      closed: (code) => this.#hub.emit('disconnect', disconnectInfo(code, false)),
    })
  }

  /** Room state, updated in place two to four times a second. */
  get state(): BattleState {
    return this.#link.state!
  }
  get roomId(): string {
    return this.#link.roomId
  }
  get welcome(): Welcome {
    return this.#welcome
  }
  get balance(): Balance {
    return this.#rules.balance
  }
  get map(): CompiledMap {
    return this.#rules.map
  }
  /** Newest server truth, undelayed. */
  get decoder(): SnapshotDecoder {
    return this.#view.decoder
  }
  get isSpectator(): boolean {
    return this.#welcome.netId === NET_ID_NONE
  }
  get isConnected(): boolean {
    return this.#link.isOpen
  }
  /** The link's added latency, jitter and loss. */
  get conditioner(): LinkConditioner {
    return this.#link.conditioner
  }

  /** What came of the own shots, against what the screen showed. */
  get seenHits(): Readonly<SeenHitCounts> {
    return this.#seenHits.counts
  }

  /** What a command made now says its maker sees: eighths of a tick, low 16 bits. */
  get viewTime(): number {
    return this.#viewClock.viewTime
  }

  /** What the player wants from now on; sampled at each command tick. */
  setIntent(intent: Intent): void {
    this.#intent = intent
    this.#sender.latch(intent)
  }

  /** Per animation frame or timer tick: makes and sends commands, moves view and prediction. */
  update(nowMs: number): void {
    const elapsedMs = Number.isNaN(this.#updatedAtMs) ? 0 : nowMs - this.#updatedAtMs
    this.#updatedAtMs = nowMs
    this.#prediction?.fade(elapsedMs)
    if (this.#link.isOpen) {
      if (!this.isSpectator) this.#makeCommands(nowMs)
      const question = this.#roundTrips.next(nowMs)
      if (question !== undefined) this.#link.send('rtt', question)
    }
    this.#viewClock.advance(nowMs)
    const { viewTick } = this.#viewClock
    // After a hidden tab comes back, the shots of the last minutes would all go off at once.
    this.#frameEvents.flush(viewTick, viewTick - this.#welcome.tickRateHz)
    this.#drawOwn(nowMs)
    this.#updateStats(nowMs)
  }

  /** Fills `out` with all others as they are to be drawn at `nowMs`. */
  sample(nowMs: number, out: InterpolatedEntities): void {
    this.#viewClock.advance(nowMs)
    this.#view.sampleInto(out, this.#viewClock.viewTick, this.#welcome.netId)
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

  /** Spectators: look at (x, z); at most ten calls a second go out. */
  setInterest(x: number, z: number): void {
    const nowMs = this.#options.now()
    if (nowMs - this.#lookedAtMs < LOOK_INTERVAL_MS) return
    this.#lookedAtMs = nowMs
    this.#link.send('look', { x, z })
  }

  /** Leaves the battle; the seat is given up at once. */
  leave(): Promise<void> {
    return this.#link.leave()
  }

  /** Cuts the connection as a bad network would; reconnecting follows. */
  dropConnection(): void {
    this.#link.drop()
  }

  #makeCommands(nowMs: number): void {
    for (let due = this.#clock.due(nowMs); due > 0; due--) {
      const command = this.#sender.make(this.#intent, this.#viewClock.viewTime)
      this.stats.commandsMade++
      this.#clock.setCommandsPerFrame(this.#sender.commandsPerFrame)
      this.#prediction?.apply(command)
      this.#seenHits.made(command, this.#viewClock.viewTick, this.#prediction)
    }
    this.stats.framesSent = this.#sender.framesSent
  }

  #drawOwn(nowMs: number): void {
    const { own } = this
    own.yaw = this.#intent.yaw
    if (this.#prediction === undefined || own.state !== LifeState.alive) {
      own.x = own.predictedX = own.serverX
      own.z = own.predictedZ = own.serverZ
      return
    }
    writeIntent(this.#intent, this.#held)
    const aheadSec = this.#clock.fraction(nowMs) / this.#welcome.tickRateHz
    this.#prediction.drawInto(own, this.#held, aheadSec)
    own.predictedX = this.#prediction.x
    own.predictedZ = this.#prediction.z
  }

  #updateStats(nowMs: number): void {
    this.stats.update(nowMs, this.#link.bytesReceived, this.#link.bytesSent)
    this.stats.jitterMs = this.#viewClock.jitterMs
    this.stats.interpolationDelayMs = this.#viewClock.delayMs
    this.stats.commandPace = this.#clock.pace
  }

  #onSnapshot(bytes: Uint8Array): void {
    const nowMs = this.#options.now()
    if (!this.#view.apply(bytes).ok) return this.#onRejected(nowMs)
    this.#lostAtMs = undefined
    this.stats.snapshotsReceived++
    this.#viewClock.arrived(this.decoder.tick, nowMs)
    this.#view.remember(this.#viewClock.viewTick)
    if (!this.isSpectator) this.#onOwnHead()
    this.#frameEvents.take(this.decoder, this.#welcome.netId)
    if (!this.isSpectator) this.#seenHits.take(this.#view, this.#welcome, this.#rules)
  }

  /** The stream is lost until the server starts it afresh, which it does for a new connection. */
  #onRejected(nowMs: number): void {
    this.stats.snapshotsRejected++
    emitSightings(this.#hub, this.decoder, this.#welcome.netId)
    this.#lostAtMs ??= nowMs
    if (nowMs - this.#lostAtMs < LOST_MS_MAX) return
    this.#lostAtMs = undefined
    this.#link.drop()
  }

  #onOwnHead(): void {
    const { own } = this
    const before = { state: own.state, life: own.life }
    this.#view.readOwn(own, this.#rules.balance)
    this.stats.inputsWaiting = this.decoder.own.inputsWaiting
    const arrivalMs = this.#viewClock.meanArrivalMs(this.decoder.tick)
    this.#lead.answered(this.decoder.own, arrivalMs, this.stats.rttMs)
    this.#clock.report(this.stats.inputsWaiting, this.#viewClock.jitterMs, this.#lead)
    this.#prediction?.setClass(this.#rules.balance.classes[own.classId])
    if (this.#prediction?.reconcile(this.#view.readTruth()) === true) {
      own.predictionErrorMetres = this.#prediction.errorMetres
      this.stats.addPredictionError(this.#prediction.errorMetres)
    }
    this.#emitOwnLife(before)
  }

  #emitOwnLife(before: { state: LifeState; life: number }): void {
    const { netId, state, life, serverX: x, serverZ: z } = this.own
    const { tick } = this.decoder
    const isAlive = state === LifeState.alive
    const wasAlive = before.state === LifeState.alive
    if (isAlive && (!wasAlive || life !== before.life)) {
      // Back from being down is a revive of the same life, not a spawn.
      if (life !== before.life || before.state !== LifeState.down) {
        this.#hub.emit('spawn', { tick, netId, x, z, own: true })
      }
    } else if (wasAlive && !isAlive) this.#hub.emit('death', { tick, netId, state })
  }

  #onMessage<T extends keyof ServerMessages>(type: T, message: ServerMessages[T]): void {
    if (type === 'rtt') this.#onRoundTrip(message as ServerMessages['rtt'])
    else if (type === 'welcome') this.#onWelcome(message as Welcome)
    else if (type === 'result') this.#hub.emit('result', message as ServerMessages['result'])
    else if (type === 'notice') this.#hub.emit('notice', message as ServerMessages['notice'])
  }

  #onState(): void {
    this.#captures.update(this.state, this.#hub)
    this.#followPace()
  }

  /** An overloaded room slows its clock and sends less often; the length of a step stays. */
  #followPace(): void {
    const { timeScale, ...pace } = readAnnouncedPace(this.#link.state, this.#welcome.tickRateHz)
    this.#view.setPace(pace.ticksPerSend, pace.farShare)
    if (timeScale === this.#timeScale) return
    this.#timeScale = timeScale
    this.#clock.setTimeScale(timeScale)
    this.#viewClock.setTimeScale(timeScale)
    this.#lead.reset()
  }

  #onRoundTrip(message: ServerMessages['rtt']): void {
    const rttMs = this.#roundTrips.answered(message.id, this.#options.now())
    if (rttMs !== undefined) this.stats.addRoundTrip(rttMs)
  }

  #onWelcome(welcome: Welcome): void {
    const before = this.#welcome
    this.#welcome = welcome
    if (welcome.matchId !== before.matchId || welcome.netId !== before.netId) this.#startBattle()
    // After half a turn of the u16 the tick of the first welcome would be a wrong reference.
    else this.#restartStream()
    const isSameRules =
      welcome.balanceVersion === before.balanceVersion && welcome.map === before.map
    if (!isSameRules) void this.#changeRules(welcome)
    this.#hub.emit('welcome', welcome)
  }

  async #changeRules(welcome: Welcome): Promise<void> {
    this.#prediction = undefined
    try {
      const rules = await this.#options.loadRules(welcome)
      if (this.#welcome !== welcome) return
      this.#rules = rules
      this.#startBattle()
    } catch {
      const message = 'The rules of the next battle could not be loaded; join again.'
      this.#hub.emit('notice', { code: 'rules_unavailable', message })
    }
  }

  #startBattle(): void {
    this.own.netId = this.#welcome.netId
    this.#restartStream()
    this.#clock = this.#createClock()
    this.#viewClock = this.#createViewClock()
    this.#prediction = this.#createPrediction()
    this.#timeScale = 1
    this.#followPace()
  }

  #onDropped(code: number): void {
    this.#hub.emit('disconnect', disconnectInfo(code, true))
    this.#sender.reset()
    this.#roundTrips.reset()
  }

  /** The server starts us over with keyframes; commands on their way are gone, numbers go on. */
  #onReconnected(): void {
    this.stats.reconnects++
    this.#restartStream()
    this.#viewClock.reset()
    this.#clock.reset()
    this.#lead.reset()
    this.#prediction?.reset()
    this.#hub.emit('reconnected', { netId: this.#welcome.netId })
  }

  #restartStream(): void {
    this.#seenHits.clear()
    this.#view.restart(this.#rules.map.map, this.#welcome.tick)
    this.#frameEvents.clear()
    emitSightings(this.#hub, this.decoder, this.#welcome.netId)
  }

  #createClock(): CommandClock {
    return new CommandClock(this.#welcome.tickRateHz, this.#options.commandsPerFrame)
  }

  #createViewClock(): ViewClock {
    return new ViewClock(this.#welcome.tickRateHz, this.#welcome.snapshotRateHz)
  }

  #createView(): SnapshotView {
    return new SnapshotView(this.#rules.map.map, this.#welcome)
  }

  #createPrediction(): Prediction | undefined {
    const soldierClass = this.#rules.balance.classes[0]
    if (this.isSpectator || soldierClass === undefined) return undefined
    return new Prediction(this.#rules.map, soldierClass, this.#welcome.tickRateHz)
  }
}
