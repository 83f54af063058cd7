/**
 * Writes a battle's log while it is played: reads the events of each step and, by the minute, what
 * each soldier came to. Nothing of the warm-up is in it (B1), nothing after the end. Allocates
 * nothing in a step but when a column doubles.
 */
import { assert } from '@battalion/base/assert.ts'
import { BattleLog, LOG_FIGURES_COUNT, LOG_SLOTS_MAX, LOG_SUM } from './battle-log.ts'
import { LOG_SUM_SEC, LOG_TEAMS_SEC, LogKind, SLOT_NONE } from './battle-log.ts'
import { EventType } from './events.ts'
import type { World } from './world.ts'
import { Phase } from './world.ts'

const KILLS = 0
const DEATHS = 1
const ASSISTS = 2
const REVIVES = 3
const CAPTURES = 4
/** Figures from here to the last but one have no rows of their own: sums alone tell them. */
const FIRST_SUMMED = 5
const PLAYED_SEC = LOG_FIGURES_COUNT - 1
const OBJECTIVE_SEVERAL = 0xff

export class BattleRecorder {
  readonly log = new BattleLog()
  readonly #world: World
  /** Slot of each soldier, SLOT_NONE while he has none. */
  readonly #slots: Uint16Array
  readonly #row = { tick: 0, kind: 0, actor: 0, target: 0, detail: 0, amount: 0 }
  /** What the log tells so far, and what is so, by slot and figure. */
  #told = new Int32Array(0)
  #real = new Int32Array(0)
  #slotCount = 0
  #isOpen = false
  #nextSumTick = 0
  #nextTeamsTick = 0

  constructor(world: World) {
    this.#world = world
    this.#slots = new Uint16Array(world.capacity).fill(SLOT_NONE)
  }

  /** Players that have a slot. */
  get slotCount(): number {
    return this.#slotCount
  }

  /** True from the first tick that counts to the last. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Begins with the running phase; slots are given out from here on. */
  open(): void {
    assert(!this.#isOpen, 'a log is opened once')
    assert(this.#world.phase === Phase.running, 'the warm-up does not count')
    this.#isOpen = true
    this.#nextSumTick = this.#world.tick + LOG_SUM_SEC * this.#world.mode.tickRateHz
    this.#nextTeamsTick = this.#world.tick
  }

  /** A slot for somebody new; undefined when there are no more. */
  createSlot(): number | undefined {
    if (this.#slotCount === LOG_SLOTS_MAX) return undefined
    const slot = this.#slotCount++
    if (this.#slotCount * LOG_FIGURES_COUNT > this.#told.length) this.#grow()
    return slot
  }

  /** The soldier plays for this slot from now on. */
  enter(netId: number, slot: number): void {
    assert(this.#isOpen, 'nobody enters a log that is not open')
    assert(slot < this.#slotCount, 'a slot was given out')
    const { soldiers } = this.#world
    this.#slots[netId] = slot
    this.#note(LogKind.join, slot, soldiers.classWish[netId]!, soldiers.team[netId]!)
  }

  /** The soldier is about to go; his figures stand. */
  leave(netId: number): void {
    const slot = this.#slots[netId]!
    if (slot === SLOT_NONE) return
    this.#read(netId, slot)
    if (this.log.hasRoomForSums) this.#tellSums(slot, 0, LOG_FIGURES_COUNT)
    this.#note(LogKind.leave, slot, 0, 0)
    this.#slots[netId] = SLOT_NONE
  }

  /** After every step of the battle. */
  noteStep(): void {
    if (!this.#isOpen) return
    this.#noteEvents()
    const { tick, mode, phase } = this.#world
    if (tick >= this.#nextTeamsTick) {
      this.#nextTeamsTick = tick + LOG_TEAMS_SEC * mode.tickRateHz
      this.#noteTeams()
    }
    if (tick >= this.#nextSumTick) {
      this.#nextSumTick = tick + LOG_SUM_SEC * mode.tickRateHz
      this.#noteSums()
    }
    if (phase === Phase.ended) this.#close()
  }

  /** What a slot came to, so far; a view, in the order of LOG_FIGURES. */
  figures(slot: number): Int32Array {
    return this.#real.subarray(slot * LOG_FIGURES_COUNT, (slot + 1) * LOG_FIGURES_COUNT)
  }

  #noteEvents(): void {
    const { events } = this.#world
    let captured = -1
    let captures = 0
    for (let at = 0; at < events.count; at++) {
      const type = events.type[at]!
      if (type === EventType.kill) this.#noteKill(at)
      else if (type === EventType.assist) this.#noteActor(at, LogKind.assist, ASSISTS)
      else if (type === EventType.revive) this.#noteActor(at, LogKind.revive, REVIVES)
      else if (type === EventType.ability) this.#noteActor(at, LogKind.ability, -1)
      else if (type === EventType.capture) {
        captures++
        captured = captures === 1 ? events.kind[at]! : OBJECTIVE_SEVERAL
        this.#note(LogKind.capture, SLOT_NONE, events.kind[at]!, events.value[at]!)
      }
    }
    if (captures > 0) this.#noteCapturers(captured)
  }

  #noteKill(at: number): void {
    const { events, soldiers } = this.#world
    const killer = events.actor[at]!
    const fallen = events.target[at]!
    const actor = this.#slotOf(killer)
    const target = this.#slotOf(fallen)
    const isEnemy = actor !== SLOT_NONE && soldiers.team[killer] !== soldiers.team[fallen]
    const amount = isEnemy ? 1 : 0
    this.#fill(LogKind.kill, actor, events.kind[at]!, amount)
    this.#row.target = target
    if (!this.log.note(this.#row)) return
    this.#tell(actor, KILLS, amount)
    this.#tell(target, DEATHS, 1)
  }

  /** A row about what an actor did; `figure` counts it, -1 for none. */
  #noteActor(at: number, kind: LogKind, figure: number): void {
    const { events } = this.#world
    const actor = this.#slotOf(events.actor[at]!)
    const target = this.#slotOf(events.target[at]!)
    this.#fill(kind, actor, events.kind[at]!, 0)
    this.#row.target = target
    if (!this.log.note(this.#row) || figure < 0) return
    this.#tell(actor, figure, 1)
  }

  /** Who took part in a capture is in no event: those whose count has grown. */
  #noteCapturers(objective: number): void {
    const { soldiers, slotsUsed } = this.#world
    for (let netId = 0; netId < slotsUsed; netId++) {
      const slot = this.#slots[netId]!
      if (slot === SLOT_NONE) continue
      const more = soldiers.captures[netId]! - this.#told[slot * LOG_FIGURES_COUNT + CAPTURES]!
      if (more <= 0 || !this.#note(LogKind.capturer, slot, objective, more)) continue
      this.#tell(slot, CAPTURES, more)
    }
  }

  #noteTeams(): void {
    const { teams, mode } = this.#world
    for (let team = 0; team < mode.teamCount; team++) {
      this.#note(LogKind.teamScore, SLOT_NONE, team, teams.score[team]!)
      this.#note(LogKind.teamTickets, SLOT_NONE, team, teams.tickets[team]!)
    }
  }

  #noteSums(): void {
    const { slotsUsed } = this.#world
    for (let netId = 0; netId < slotsUsed && this.log.hasRoomForSums; netId++) {
      const slot = this.#slots[netId]!
      if (slot === SLOT_NONE) continue
      this.#read(netId, slot)
      this.#tellSums(slot, FIRST_SUMMED, PLAYED_SEC)
    }
  }

  /** The end: what was not told yet is, for everybody. */
  #close(): void {
    const { slotsUsed, winner } = this.#world
    for (let netId = 0; netId < slotsUsed; netId++) {
      const slot = this.#slots[netId]!
      if (slot !== SLOT_NONE) this.#read(netId, slot)
    }
    for (let slot = 0; slot < this.#slotCount; slot++) this.#tellSums(slot, 0, LOG_FIGURES_COUNT)
    this.#noteTeams()
    this.#fill(LogKind.end, SLOT_NONE, 0, winner)
    this.log.add(this.#row)
    this.#isOpen = false
  }

  #tellSums(slot: number, from: number, to: number): void {
    const at = slot * LOG_FIGURES_COUNT
    for (let figure = from; figure < to; figure++) {
      const more = this.#real[at + figure]! - this.#told[at + figure]!
      if (more === 0) continue
      this.#fill(LOG_SUM + figure, slot, 0, more)
      this.log.add(this.#row)
      this.#told[at + figure]! += more
    }
  }

  #tell(slot: number, figure: number, amount: number): void {
    if (slot !== SLOT_NONE) this.#told[slot * LOG_FIGURES_COUNT + figure]! += amount
  }

  #read(netId: number, slot: number): void {
    const { soldiers, mode, phase, tick, endedTick, runningSinceTick } = this.#world
    const at = slot * LOG_FIGURES_COUNT
    const real = this.#real
    real[at + KILLS] = soldiers.kills[netId]!
    real[at + DEATHS] = soldiers.deaths[netId]!
    real[at + ASSISTS] = soldiers.assists[netId]!
    real[at + REVIVES] = soldiers.revives[netId]!
    real[at + CAPTURES] = soldiers.captures[netId]!
    real[at + 5] = soldiers.score[netId]!
    real[at + 6] = soldiers.damageDone[netId]!
    real[at + 7] = soldiers.damageTaken[netId]!
    real[at + 8] = soldiers.healed[netId]!
    real[at + 9] = soldiers.shotsFired[netId]!
    real[at + 10] = soldiers.shotsHit[netId]!
    const until = phase === Phase.ended ? endedTick : tick
    const since = Math.max(soldiers.joinTick[netId]!, runningSinceTick)
    real[at + PLAYED_SEC] = Math.round(Math.max(0, until - since) / mode.tickRateHz)
  }

  #slotOf(netId: number): number {
    return netId < this.#slots.length ? this.#slots[netId]! : SLOT_NONE
  }

  #note(kind: LogKind, actor: number, detail: number, amount: number): boolean {
    this.#fill(kind, actor, detail, amount)
    return this.log.note(this.#row)
  }

  /** The one row, anew; its target is nobody. */
  #fill(kind: number, actor: number, detail: number, amount: number): void {
    const row = this.#row
    row.tick = this.#world.tick - this.#world.runningSinceTick
    row.kind = kind
    row.actor = actor
    row.target = SLOT_NONE
    row.detail = detail
    row.amount = amount
  }

  #grow(): void {
    const length = Math.max(64 * LOG_FIGURES_COUNT, this.#told.length * 2)
    const told = new Int32Array(length)
    const real = new Int32Array(length)
    told.set(this.#told)
    real.set(this.#real)
    this.#told = told
    this.#real = real
  }
}
