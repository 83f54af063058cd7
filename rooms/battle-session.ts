/**
 * What runs in a battle room: the tick, who takes part, one match after another. Knows clients only
 * as things to send to; the room that hosts it does everything Colyseus.
 *
 * A match is warmup, running, ended; then the next one begins, unless the room drains or pauses.
 */
import { AppError } from '@battalion/base/app-error.ts'
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { UserId } from '@battalion/base/ids.ts'
import type { CloseReason } from '@battalion/wire/close-codes.ts'
import type { BattleResult, ServerMessages } from '@battalion/wire/messages.ts'
import type { BattleMetadata } from '../matchmaker/choose-battle.ts'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import type { Client } from '@colyseus/core'
import { logBegin, logEnd } from './battle-log.ts'
import { isSameListing } from './battle-listing.ts'
import { BattleMatch } from './battle-match.ts'
import { BattleRoster } from './battle-roster.ts'
import type { Field } from './choose-field.ts'
import type { PatchTaker } from './copying-serializer.ts'
import { findIdle } from './find-idle.ts'
import { resultFor } from './match-result.ts'
import { nextBalance } from './next-balance.ts'
import { OverloadControl } from './overload-control.ts'
import { resetViewer } from './participant.ts'
import type { Participant } from './participant.ts'
import type { PartyHolds } from './party-holds.ts'
import type { RoomPorts } from './ports.ts'
import { projectBattle, projectRoster, resetState } from './project-state.ts'
import { SnapshotWriter, sendPatch } from './snapshot-writer.ts'
import { StepTimer } from './step-timer.ts'
import { TickLoop } from './tick-loop.ts'
import type { Wake } from './tick-loop.ts'

/** State patches per second; half of it from this many players on. */
const PATCH_RATE_HZ = 4
const MANY_PLAYERS = 200

/** What the session needs of its room. */
export interface SessionHost {
  guard(where: string, work: () => void): boolean
  /** Encodes what changed of the slow state; `taker` sends it. */
  readonly patch: (taker: PatchTaker) => void
  /** Tells everybody, in one encoding. */
  announce(notice: ServerMessages['notice']): void
  close(client: Client, reason: CloseReason): void
  publish(metadata: BattleMetadata): void
  /** Seats reserved and not yet taken. */
  reservedCount(): number
  /** Tells a participant which battle and soldier are his from now on, and begins snapshots. */
  welcome(participant: Participant): void
}

export interface BattleSessionOptions {
  readonly ports: RoomPorts
  readonly field: Field
  readonly state: BattlefieldState
  readonly roomId: string
  readonly holds: PartyHolds
  readonly host: SessionHost
}

export class BattleSession {
  readonly roster = new BattleRoster()
  readonly playersMax: number
  readonly #options: BattleSessionOptions
  readonly #ports: RoomPorts
  readonly #loop: TickLoop
  readonly #overload: OverloadControl
  readonly #writer: SnapshotWriter
  readonly #stepTimer: StepTimer
  #match: BattleMatch
  #result: BattleResult | undefined
  #nextPatchMs = 0
  #listed: BattleMetadata
  #drained: (() => void) | undefined
  #isDraining = false

  constructor(options: BattleSessionOptions) {
    const { ports, field } = options
    this.#options = options
    this.#ports = ports
    this.playersMax = Math.min(field.mode.playersMax, ports.limits.playersMax)
    this.#overload = new OverloadControl({ ports, mode: field.mode, roomId: options.roomId })
    this.#writer = new SnapshotWriter(ports)
    this.#stepTimer = new StepTimer(ports.clock)
    this.#loop = new TickLoop({
      clock: ports.clock,
      timers: ports.timers,
      stepMs: this.#overload.stepMs,
      wake: (wake) => this.#onWake(wake),
    })
    this.#match = this.#createMatch()
    resetState(options.state, this.#match)
    projectBattle(options.state, this.#match)
    this.#overload.project(options.state)
    this.#listed = this.metadata
  }

  get match(): BattleMatch {
    return this.#match
  }

  /** Snapshots a second each client gets now. */
  get snapshotRateHz(): number {
    return this.#overload.snapshotRateHz
  }

  get spectatorsMax(): number {
    return this.#ports.limits.spectatorsMax
  }

  /** What the matchmaker may know. */
  get metadata(): BattleMetadata {
    const { field } = this.#options
    return {
      mode: field.mode.id,
      map: field.mapId,
      region: this.#ports.region,
      players: this.roster.playerCount + this.#options.host.reservedCount(),
      playersMax: this.playersMax,
      spectators: this.roster.spectatorCount,
      spectatorsMax: this.spectatorsMax,
      phase: this.#match.phase,
      locked: this.#isClosed(),
      overloaded: this.#overload.isClosed,
    }
  }

  start(): void {
    this.#ports.metrics.roomsChanged(this.#options.field.mode.id, 'open', 1)
    this.#loop.start()
  }

  stop(): void {
    this.#loop.stop()
    this.#drained?.()
    this.#overload.stop()
    this.#ports.metrics.roomsChanged(this.#options.field.mode.id, 'open', -1)
  }

  /** Resolves when the running battle is over or `deadlineMs` (monotonic) has come. */
  async drain(deadlineMs: number): Promise<void> {
    const withinMs = deadlineMs - this.#ports.clock.monotonicMs()
    this.#isDraining = true
    if (this.#match.phase !== 'running' || withinMs <= 0 || this.roster.playerCount === 0) return
    await new Promise<void>((resolve) => {
      const timer = this.#ports.timers.setTimeout(resolve, withinMs)
      this.#drained = () => {
        timer.cancel()
        resolve()
      }
    })
  }

  // ---- who takes part ----------------------------------------------------------------------

  /** Index of the class called `id`. */
  findClass(id: string | undefined): number | undefined {
    const index = this.#match.world.balance.classes.findIndex((one) => one.id === id)
    return index < 0 ? undefined : index
  }

  /** Whether one more seat may be reserved. */
  mayAdmit(userId: UserId, isSpectator: boolean): boolean {
    const reserved = this.#options.host.reservedCount()
    if (this.roster.find(userId)?.isSpectator === isSpectator) return true
    if (this.#isClosed()) return false
    if (isSpectator) return this.roster.spectatorCount + reserved < this.spectatorsMax
    return this.roster.playerCount + reserved < this.playersMax
  }

  /**
   * Lets somebody in; throws AppError when there is no room. A player who comes to watch, or the
   * other way round, leaves his first role only when there is a place in the second.
   */
  join(participant: Participant): void {
    const { isSpectator } = participant
    const isFull = isSpectator
      ? this.roster.spectatorCount >= this.spectatorsMax
      : this.roster.playerCount >= this.playersMax
    if (isFull || !this.#enlist(participant)) {
      throw new AppError('battle_full', 'The battle has no free seat.')
    }
    const before = this.roster.find(participant.userId)
    if (before !== undefined) this.leave(before)
    this.roster.add(participant)
    this.#ports.metrics.clientsChanged(isSpectator ? 'spectating' : 'playing', 1)
  }

  /** The user's next connection; soldier, team and score stay. */
  takeOver(participant: Participant, owner: Client): void {
    participant.owner = owner
    participant.isReceiving = false
    if (!participant.isConnected) this.#countConnected(1)
    participant.isConnected = true
    participant.activeAtMs = this.#ports.clock.monotonicMs()
    // A reloaded page numbers its commands from the start.
    if (participant.netId !== NET_ID_NONE) this.#match.queues.reset(participant.netId)
  }

  /** The connection is gone; the soldier stands still and waits. */
  lose(participant: Participant): void {
    participant.isReceiving = false
    participant.isConnected = false
    this.#countConnected(-1)
  }

  leave(participant: Participant): void {
    const { isSpectator, isConnected, netId } = participant
    participant.isReceiving = false
    this.roster.remove(participant)
    if (netId !== NET_ID_NONE) this.#match.remove(participant)
    const state = isConnected ? (isSpectator ? 'spectating' : 'playing') : 'reconnecting'
    this.#ports.metrics.clientsChanged(state, -1)
  }

  /** Snapshots from now on, keyframes first. */
  beginReceiving(participant: Participant): void {
    const { map, soldiers } = this.#match.world
    const { netId } = participant
    const isPlayer = netId !== NET_ID_NONE
    const middle = { x: map.map.widthMetres / 2, z: map.map.depthMetres / 2 }
    const own = { x: soldiers.px[netId] ?? 0, z: soldiers.pz[netId] ?? 0 }
    resetViewer(participant, isPlayer ? soldiers.team[netId]! : 0, isPlayer ? own : middle)
    this.#writer.admit(participant)
    participant.isReceiving = true
  }

  #countConnected(delta: 1 | -1): void {
    this.#ports.metrics.clientsChanged('playing', delta)
    this.#ports.metrics.clientsChanged('reconnecting', delta === 1 ? -1 : 1)
  }

  /** Gives a player a soldier; false when the battle is full. */
  #enlist(participant: Participant): boolean {
    if (participant.isSpectator) return true
    const netId = this.#match.add(participant.userId, participant.classId, participant.party)
    if (netId === undefined) return false
    participant.netId = netId
    return true
  }

  #isClosed(): boolean {
    return this.#isDraining || this.#ports.isDraining() || this.#overload.isClosed
  }

  // ---- the tick ----------------------------------------------------------------------------

  #onWake(wake: Wake): void {
    const { metrics, clock } = this.#ports
    this.#options.host.guard('tick', () => {
      const startMs = clock.monotonicMs()
      for (let step = 0; step < wake.steps; step++) this.#step()
      const steppedMs = clock.monotonicMs()
      this.#afterSteps(startMs)
      this.#shed(wake, startMs)
      this.#send(wake, steppedMs)
      const workMs = clock.monotonicMs() - startMs
      this.#overload.end(workMs)
      metrics.tickWork('total', workMs)
    })
    metrics.tickLateness(wake.latenessMs)
    if (wake.steps > 1) metrics.catchUpSteps(wake.steps - 1)
    if (wake.skipped > 0) metrics.tickSkipped(wake.skipped)
  }

  #step(): void {
    const { metrics, clock } = this.#ports
    const startMs = clock.monotonicMs()
    this.#match.takeCommands()
    const takenMs = clock.monotonicMs()
    this.#match.step(this.#stepTimer)
    const { rewindMs } = this.#stepTimer
    metrics.tickWork('input', takenMs - startMs)
    metrics.tickWork('sim', clock.monotonicMs() - takenMs - rewindMs)
    metrics.tickWork('rewind', rewindMs)
  }

  #afterSteps(nowMs: number): void {
    this.#match.tally.tell(this.#ports.metrics)
    if (!this.#match.isOver) return
    if (this.#result === undefined) this.#endMatch()
    if (this.#match.world.tick < this.#match.nextBattleTick) return
    if (this.#isDraining || this.#ports.isDraining() || this.#ports.isPaused?.() === true) return
    this.#startNextMatch(nowMs)
  }

  /** Gives something up or takes it back, and tells at once: clients keep the battle's pace. */
  #shed(wake: Wake, nowMs: number): void {
    if (!this.#overload.begin(wake.latenessMs, nowMs)) return
    this.#loop.setStepMs(this.#overload.stepMs)
    this.#match.encoder.setFarShare(this.#overload.rung.farShare)
    this.#nextPatchMs = nowMs
  }

  #send(wake: Wake, nowMs: number): void {
    const isPatchDue = nowMs >= this.#nextPatchMs
    if (isPatchDue) this.#project(nowMs)
    if (this.#overload.isSendDue(wake.steps)) this.#sendSnapshots(nowMs, isPatchDue)
    else {
      this.#ports.metrics.patchSkipped('shed')
      if (isPatchDue) this.#options.host.patch(sendPatch)
    }
    // After the patch: who reads the notice knows the state it speaks of.
    const notice = isPatchDue ? this.#overload.takeNotice() : undefined
    if (notice !== undefined) this.#options.host.announce(notice)
  }

  #sendSnapshots(nowMs: number, isPatchDue: boolean): void {
    const { clock, metrics } = this.#ports
    const patch = isPatchDue ? this.#writer.takePatch(this.#options.host.patch) : undefined
    this.#match.encoder.encode()
    const encodedMs = clock.monotonicMs()
    metrics.tickWork('encode', encodedMs - nowMs)
    this.#writer.send({ match: this.#match, viewers: this.roster.all, patch })
    metrics.tickWork('send', clock.monotonicMs() - encodedMs)
  }

  #project(nowMs: number): void {
    const { state } = this.#options
    const isMany = this.roster.playerCount >= MANY_PLAYERS
    this.#nextPatchMs = nowMs + 1000 / (isMany ? PATCH_RATE_HZ / 2 : PATCH_RATE_HZ)
    projectBattle(state, this.#match)
    projectRoster(state, this.#match.world, this.roster.all)
    this.#overload.project(state)
    this.#sendIdleAway(nowMs)
    this.publishListing()
  }

  /** Tells the matchmaker, when anything it may know has changed. */
  publishListing(): void {
    const { metadata } = this
    if (isSameListing(metadata, this.#listed)) return
    this.#listed = metadata
    this.#options.host.publish(metadata)
  }

  #sendIdleAway(nowMs: number): void {
    const idle = findIdle(this.roster, this.#ports.limits, nowMs)
    for (const { owner } of idle) this.#options.host.close(owner, 'idle')
  }

  // ---- one match after another -------------------------------------------------------------

  #createMatch(current = this.#options.ports.balance()): BattleMatch {
    const { ports, field, roomId, holds } = this.#options
    const match = new BattleMatch({
      holds,
      balance: nextBalance(current, ports.balance(), field),
      mode: field.mode,
      mapId: field.mapId,
      matchId: ports.createMatchId(),
      seed: ports.createSeed(),
      playersMax: this.playersMax,
      startedAtMs: ports.clock.wallMs(),
    })
    match.encoder.setFarShare(this.#overload.rung.farShare)
    logBegin(ports.logger, roomId, match)
    return match
  }

  /** The result while it is on the screens, also to who comes (back) only now. */
  tellResult({ owner, netId }: Participant): void {
    if (this.#result !== undefined) owner.send('result', resultFor(this.#result, netId))
  }

  /** An overload that began before this participant came. */
  tellOverload({ owner }: Participant): void {
    const notice = this.#overload.standingNotice
    if (notice !== undefined) owner.send('notice', notice)
  }

  #endMatch(): void {
    const { ports, roomId } = this.#options
    const end = { roomId, region: ports.region, endedAtMs: ports.clock.wallMs() }
    const battle = this.#match.finish(Array.from(this.roster.players()), end)
    this.#result = battle.result
    logEnd(ports.logger, roomId, battle.result)
    ports.results.report(battle)
    const here = this.roster.all.filter(({ isReceiving }) => isReceiving)
    for (const participant of here) this.tellResult(participant)
    this.#nextPatchMs = 0
    this.#drained?.()
  }

  #startNextMatch(nowMs: number): void {
    this.#match = this.#createMatch(this.#match.world.balance)
    this.#result = undefined
    this.#nextPatchMs = nowMs
    resetState(this.#options.state, this.#match)
    this.#match.parties.musterAll(this.roster.players())
    for (const participant of this.roster.all) {
      participant.netId = NET_ID_NONE
      assert(this.#enlist(participant), 'whoever was in finds a place in the next battle')
      if (participant.isReceiving) this.#options.host.welcome(participant)
    }
  }
}
