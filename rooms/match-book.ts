/**
 * Who took part in a battle and what came of it, for the record that outlives it: a slot for each
 * user from the running phase on, and the log by slots (packages/sim/src/battle-log.ts). Whoever
 * leaves keeps his slot and comes back to it. Made anew for each battle, read once at its end.
 */
import { assert, assertDefined } from '@battalion/base/assert.ts'
import type { NetId, UserId } from '@battalion/base/ids.ts'
import { LOG_FIGURES_COUNT } from '@battalion/sim/battle-log.ts'
import type { BattleLog } from '@battalion/sim/battle-log.ts'
import { BattleRecorder } from '@battalion/sim/battle-recorder.ts'
import { playerStats } from '@battalion/sim/battle-result.ts'
import type { World } from '@battalion/sim/world.ts'
import { Phase } from '@battalion/sim/world.ts'
import type { ResultPlayer } from './match-result.ts'
import type { MatchSheet } from './ports.ts'

/** Who a slot is for; what is said of him stands still once he has left. */
interface SlotRow {
  /** Undefined once he is forgotten: the row stays, nobody's. */
  userId: UserId | undefined
  name: string
  bot: boolean
  left: boolean
  team: number
  squad: number
  classId: string
}

/** A player of the battle, as the room knows him. */
export interface BookPlayer extends ResultPlayer {
  readonly userId: UserId
}

export class MatchBook {
  readonly #world: World
  readonly #recorder: BattleRecorder
  readonly #slots = new Map<UserId, number>()
  readonly #rows: SlotRow[] = []
  /** Soldiers in the battle, by user; at most its capacity. */
  readonly #present = new Map<UserId, NetId>()
  /** Users that found no slot: they play, and are in no record. */
  unrecordedCount = 0

  constructor(world: World) {
    this.#world = world
    this.#recorder = new BattleRecorder(world)
  }

  /** True while what happens counts. */
  get isOpen(): boolean {
    return this.#recorder.isOpen
  }

  /** The log as it is written. */
  get log(): BattleLog {
    return this.#recorder.log
  }

  /** After a user got his soldier. */
  enter(userId: UserId, netId: NetId): void {
    this.#present.set(userId, netId)
    if (this.#recorder.isOpen) this.#seat(userId, netId)
  }

  /** Before a player's soldier goes. */
  leave(player: BookPlayer): void {
    const { userId, netId } = player
    this.#present.delete(userId)
    const slot = this.#slots.get(userId)
    if (slot === undefined || !this.#recorder.isOpen) return
    this.#describe(slot, player)
    this.#rows[slot]!.left = true
    this.#recorder.leave(netId)
  }

  /** The battle no longer knows who this was; should he come back, he is somebody new. */
  forget(userId: UserId): void {
    const slot = this.#slots.get(userId)
    if (slot === undefined) return
    this.#rows[slot]!.userId = undefined
    this.#slots.delete(userId)
  }

  /** After every step. */
  noteStep(): void {
    const { phase, tick, runningSinceTick } = this.#world
    // What happened in the step that ended the warm-up belongs to it.
    if (phase === Phase.running && tick === runningSinceTick) {
      this.#recorder.open()
      for (const [userId, netId] of this.#present) this.#seat(userId, netId)
      return
    }
    this.#recorder.noteStep()
  }

  /** The whole record, once the battle is over; `players` are those still there. */
  finish(players: Iterable<BookPlayer>): MatchSheet {
    assert(!this.#recorder.isOpen, 'a record is read once it is closed')
    for (const player of players) {
      const slot = this.#slots.get(player.userId)
      if (slot !== undefined) this.#describe(slot, player)
    }
    const count = this.#rows.length
    const figures = new Int32Array(count * LOG_FIGURES_COUNT)
    for (let slot = 0; slot < count; slot++) {
      figures.set(this.#recorder.figures(slot), slot * LOG_FIGURES_COUNT)
    }
    return {
      userIds: this.#rows.map(({ userId }) => userId ?? null),
      names: this.#rows.map(({ name }) => name),
      classIds: this.#rows.map(({ classId }) => classId),
      bots: this.#rows.map(({ bot }) => bot),
      lefts: this.#rows.map(({ left }) => left),
      teams: this.#rows.map(({ team }) => team),
      squads: this.#rows.map(({ squad }) => squad),
      figures,
      log: this.#recorder.log.toColumns(),
      logDropped: this.#recorder.log.droppedCount,
    }
  }

  #seat(userId: UserId, netId: NetId): void {
    const known = this.#slots.get(userId)
    const slot = known ?? this.#recorder.createSlot()
    if (slot === undefined) {
      this.unrecordedCount++
      return
    }
    if (known === undefined) {
      this.#slots.set(userId, slot)
      assert(slot === this.#rows.length, 'slots are dense')
      const blank = { name: '', bot: false, team: 0, squad: 0, classId: '' }
      this.#rows.push({ userId, left: false, ...blank })
    }
    this.#rows[slot]!.left = false
    this.#recorder.enter(netId, slot)
  }

  #describe(slot: number, player: BookPlayer): void {
    const { team, squad, classId } = playerStats(this.#world, player.netId)
    const row = assertDefined(this.#rows[slot], 'a slot has a row')
    Object.assign(row, { name: player.name, bot: player.bot, team, squad, classId })
  }
}
