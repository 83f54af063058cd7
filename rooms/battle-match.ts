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
import { addSoldier, removeSoldier } from '@battalion/sim/soldiers.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import { Phase } from '@battalion/sim/world.ts'
import type { World } from '@battalion/sim/world.ts'
import type { BattleResult, PlayerResult } from '@battalion/wire/messages.ts'
import { SnapshotEncoder } from '@battalion/wire/snapshot-encoder.ts'
import { InputQueues } from './input-queues.ts'
import { toBattleResult, toPlayerResult } from './match-result.ts'
import type { ResultPlayer } from './match-result.ts'
import { MatchTally } from './match-tally.ts'

/** Rows of players who left, kept for the result; the oldest go first. */
export const DEPARTED_ROWS_MAX = 4096

/**
 * Users who left, remembered so that leaving is no way round a respawn; the oldest is forgotten.
 */
export const LEAVERS_MAX = 8192

/** Who a soldier is for. */
export interface MatchPlayer extends ResultPlayer {
  readonly userId: UserId
}

const PHASE_NAMES = ['warmup', 'running', 'ended'] as const
export type PhaseName = (typeof PHASE_NAMES)[number]

export interface BattleMatchOptions {
  readonly balance: Balance
  readonly mode: Mode
  readonly mapId: string
  readonly matchId: MatchId
  readonly seed: number
  readonly playersMax: number
  /** Wall time (ms since 1970). */
  readonly startedAtMs: number
}

export class BattleMatch {
  readonly matchId: MatchId
  readonly startedAtMs: number
  readonly world: World
  readonly encoder: SnapshotEncoder
  readonly queues: InputQueues
  readonly tally: MatchTally
  readonly #departed: PlayerResult[] = []
  /** Team of who left this battle while it ran. */
  readonly #leavers = new Map<UserId, number>()

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

  /** A new soldier, undefined when the battle is full. Who left before waits for it (W9). */
  add(userId: UserId, classId: number): NetId | undefined {
    const team = this.#leavers.get(userId)
    const wish = team === undefined ? { classId } : { classId, team, isReturning: true }
    const netId = addSoldier(this.world, wish)
    if (netId !== undefined) this.queues.reset(netId)
    return netId
  }

  /** Takes a player's soldier out and keeps his row for the result; a warm-up does not count. */
  remove(player: MatchPlayer): void {
    const netId = toNetId(player.netId)
    if (this.world.phase === Phase.running) {
      this.#departed.push({ ...toPlayerResult(this.world, player), left: true })
      if (this.#departed.length > DEPARTED_ROWS_MAX) this.#departed.shift()
      this.#rememberLeaver(player.userId, this.world.soldiers.team[netId]!)
    }
    this.queues.reset(netId)
    removeSoldier(this.world, netId)
  }

  #rememberLeaver(userId: UserId, team: number): void {
    this.#leavers.set(userId, team)
    if (this.#leavers.size <= LEAVERS_MAX) return
    const [oldest] = this.#leavers.keys()
    if (oldest !== undefined) this.#leavers.delete(oldest)
  }

  /** One step, with the commands taken before. */
  step(): void {
    const { world, queues } = this
    const tickBefore = world.tick
    stepWorld(world)
    this.encoder.collectEvents()
    this.tally.noteStep()
    assert(world.tick === tickBefore + 1, 'a step is one tick')
    assert(queues.waiting(0) >= 0, 'queues do not run under')
  }

  result(players: Iterable<ResultPlayer>): BattleResult {
    const rows = Array.from(players, (player) => toPlayerResult(this.world, player))
    return toBattleResult(this.world, this.matchId, [...rows, ...this.#departed])
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
