/**
 * One battle in a room: world, encoder and waiting commands, from first tick to result. Adapts
 * calls to the simulation and knows nothing of clients or time.
 */
import { assert } from '@battalion/base/assert.ts'
import { toNetId } from '@battalion/base/ids.ts'
import type { MatchId, NetId, UserId } from '@battalion/base/ids.ts'
import type { Balance, Mode } from '@battalion/sim/balance.ts'
import { setCommand } from '@battalion/sim/commands.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { playerStats } from '@battalion/sim/battle-result.ts'
import type { PlayerStats } from '@battalion/sim/battle-result.ts'
import { addSoldier, removeSoldier } from '@battalion/sim/soldiers.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import type { StepWatch } from '@battalion/sim/step-world.ts'
import { Phase } from '@battalion/sim/world.ts'
import type { World } from '@battalion/sim/world.ts'
import type { BattleResult } from '@battalion/wire/messages.ts'
import { SnapshotEncoder } from '@battalion/wire/snapshot-encoder.ts'
import { InputQueues } from './input-queues.ts'
import { MatchBook } from './match-book.ts'
import type { BookPlayer } from './match-book.ts'
import { toBattleResult, toPlayerResult } from './match-result.ts'
import { MatchTally } from './match-tally.ts'
import type { BattleParty, PartyHolds } from './party-holds.ts'
import { PartyTeams } from './party-teams.ts'
import type { FinishedBattle } from './ports.ts'

/**
 * Users who left, remembered for the result and so that leaving is no way round a respawn. Of more
 * the oldest is forgotten: his row is missing, and he would come back as somebody new.
 */
export const LEAVERS_MAX = 8192

interface Leaver {
  readonly name: string
  readonly bot: boolean
  readonly figures: PlayerStats
}

const PHASE_NAMES = ['warmup', 'running', 'ended'] as const
export type PhaseName = (typeof PHASE_NAMES)[number]

/** Where and when it ended. */
export type BattleEnd = Pick<FinishedBattle, 'roomId' | 'region' | 'endedAtMs'>

export interface BattleMatchOptions {
  readonly balance: Balance
  readonly mode: Mode
  readonly mapId: string
  readonly matchId: MatchId
  readonly seed: number
  readonly playersMax: number
  /** Wall time (ms since 1970). */
  readonly startedAtMs: number
  /** Places kept for parties; none when left out. */
  readonly holds?: Pick<PartyHolds, 'awaited' | 'parties'>
}

const NO_HOLDS = { awaited: () => 0, parties: () => new Map() }

export class BattleMatch {
  readonly matchId: MatchId
  readonly startedAtMs: number
  readonly world: World
  readonly encoder: SnapshotEncoder
  readonly queues: InputQueues
  readonly tally: MatchTally
  readonly book: MatchBook
  readonly parties: PartyTeams
  /** Who left this battle while it ran and is not back, oldest first. */
  readonly #leavers = new Map<UserId, Leaver>()

  constructor(options: BattleMatchOptions) {
    this.matchId = options.matchId
    this.startedAtMs = options.startedAtMs
    this.world = createWorld({
      balance: options.balance,
      modeId: options.mode.id,
      mapId: options.mapId,
      seed: options.seed,
      capacity: options.playersMax,
    })
    this.encoder = new SnapshotEncoder(this.world)
    this.queues = new InputQueues(this.world.capacity)
    this.tally = new MatchTally(this.world, this.encoder.counters)
    this.book = new MatchBook(this.world)
    this.parties = new PartyTeams(this.world, options.holds ?? NO_HOLDS)
  }

  get phase(): PhaseName {
    return PHASE_NAMES[this.world.phase]
  }

  get isOver(): boolean {
    return this.world.phase === Phase.ended
  }

  /** When the room starts the next battle; meaningful once this one is over (tick). */
  get nextBattleTick(): number {
    const { endedTick, mode } = this.world
    return endedTick + Math.round(mode.endedSec * mode.tickRateHz)
  }

  /**
   * A new soldier, undefined when the battle is full. Who left before waits for it and goes on
   * with his figures (W9). A party's members go into its team.
   */
  add(userId: UserId, classId: number, party?: BattleParty): NetId | undefined {
    const leaver = this.#leavers.get(userId)
    const returning = leaver === undefined ? {} : { returning: leaver.figures }
    const wish = { ...this.parties.wish(party), classId, ...returning }
    const netId = addSoldier(this.world, wish)
    if (netId === undefined) return undefined
    if (party !== undefined) this.parties.entered(party)
    this.#leavers.delete(userId)
    this.book.enter(userId, netId)
    this.queues.reset(netId)
    return netId
  }

  /** Where who left while this battle ran would come back to, and nowhere else (W9). */
  sideOfLeaver(userId: UserId): readonly Pick<PlayerStats, 'team' | 'squad'>[] {
    const leaver = this.#leavers.get(userId)
    return leaver === undefined ? [] : [leaver.figures]
  }

  /** Takes a player's soldier out and keeps his row for the result; a warm-up does not count. */
  remove(player: BookPlayer): void {
    const netId = toNetId(player.netId)
    if (this.world.phase === Phase.running) {
      this.#rememberLeaver(player)
    }
    this.book.leave(player)
    this.queues.reset(netId)
    removeSoldier(this.world, netId)
  }

  #rememberLeaver(player: BookPlayer): void {
    const { userId, netId, name, bot } = player
    assert(!this.#leavers.has(userId), 'a user leaves once before he comes back')
    this.#leavers.set(userId, { name, bot, figures: playerStats(this.world, netId) })
    if (this.#leavers.size <= LEAVERS_MAX) return
    const [oldest] = this.#leavers.keys()
    if (oldest === undefined) return
    this.#leavers.delete(oldest)
    this.book.forget(oldest)
  }

  /** One step, with the commands taken before. */
  step(watch?: StepWatch): void {
    const { world, queues } = this
    const tickBefore = world.tick
    stepWorld(world, watch)
    this.encoder.collectEvents()
    this.tally.noteStep()
    this.book.noteStep()
    assert(world.tick === tickBefore + 1, 'a step is one tick')
    assert(queues.waiting(0) >= 0, 'queues do not run under')
  }

  /** Everything about it, once it is over; `players` are those still there. */
  finish(players: readonly BookPlayer[], end: BattleEnd): FinishedBattle {
    const { startedAtMs, world } = this
    return {
      ...end,
      // The wall clock may have been set back meanwhile; no battle ends before it began.
      endedAtMs: Math.max(end.endedAtMs, startedAtMs),
      result: this.result(players),
      sheet: this.book.finish(players),
      seed: world.seed,
      tickRateHz: world.mode.tickRateHz,
      startedAtMs,
    }
  }

  result(players: Iterable<BookPlayer>): BattleResult {
    const rows = Array.from(players, (player) =>
      toPlayerResult(playerStats(this.world, player.netId), player),
    )
    for (const leaver of this.#leavers.values()) {
      rows.push({ ...toPlayerResult(leaver.figures, leaver), left: true })
    }
    return toBattleResult(this.world, this.matchId, rows)
  }

  /** Hands the world one command per soldier at most (I-12). */
  takeCommands(): void {
    const { world, queues } = this
    for (let id = 0; id < world.slotsUsed; id++) {
      const command = queues.shift(id)
      if (command === undefined) continue
      // The client numbers anew, so the world must not take its numbers for old ones.
      if (queues.takeRestart(id)) world.soldiers.hasAck[id] = 0
      setCommand(world, id as NetId, command)
    }
  }
}
