/**
 * A whole battle of scripted soldiers, played as a room plays it but without sockets or time: from
 * the first join to the report a room would make. Seeded; users come, leave and return. For tests
 * of what a battle leaves behind.
 */
import { toMatchId, toUserId } from '@battalion/base/ids.ts'
import { createPrng, nextBelow, nextFloat } from '@battalion/base/prng.ts'
import type { PrngState } from '@battalion/base/prng.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import { setCommand } from '@battalion/sim/commands.ts'
import { Phase } from '@battalion/sim/world.ts'

import { BattleMatch } from '../../../rooms/battle-match.ts'
import type { BookPlayer } from '../../../rooms/match-book.ts'
import type { FinishedBattle } from '../../../rooms/ports.ts'
import { commandOfBot, createSimBot } from './sim-bots.ts'
import type { SimBot } from './sim-bots.ts'

/** Who plays and how. */
export interface PlayedMatch {
  readonly balance: Balance
  readonly modeId: string
  readonly users: readonly MatchUser[]
  readonly seed: number
  readonly matchId?: string
  /** Share of steps in which somebody leaves, and of those in which somebody comes back. */
  readonly churnPerStep?: number
  readonly startedAtMs?: number
  /** After each step. */
  readonly onStep?: (match: BattleMatch) => void
}

/** One user. */
export interface MatchUser {
  readonly userId: string
  readonly name: string
  readonly bot?: boolean
}

interface Seat {
  readonly player: BookPlayer
  readonly bot: SimBot
}

/** The report of a battle of these users, and the match it came from. */
export function playMatch(options: PlayedMatch): { battle: FinishedBattle; match: BattleMatch } {
  const { balance, users, seed, startedAtMs = 0 } = options
  const mode = balance.modes.find(({ id }) => id === options.modeId)!
  const match = new BattleMatch({
    balance,
    mode,
    mapId: mode.maps[0]!,
    matchId: toMatchId(options.matchId ?? `match-${seed}`),
    seed,
    playersMax: users.length + 1,
    startedAtMs,
  })
  const crowd = new Crowd(match, users, createPrng(seed ^ 0x5eed))
  crowd.fill()
  while (match.world.phase !== Phase.ended) {
    crowd.act()
    match.step()
    options.onStep?.(match)
    crowd.churn(options.churnPerStep ?? 0)
  }
  const players = crowd.players()
  const endedAtMs = startedAtMs + Math.round((match.world.tick * 1000) / mode.tickRateHz)
  const battle = match.finish(players, { roomId: 'room', region: 'test', endedAtMs })
  return { battle, match }
}

class Crowd {
  readonly #match: BattleMatch
  readonly #prng: PrngState
  readonly #seats: Seat[] = []
  readonly #away: MatchUser[]

  constructor(match: BattleMatch, users: readonly MatchUser[], prng: PrngState) {
    this.#match = match
    this.#prng = prng
    this.#away = [...users]
  }

  fill(): void {
    while (this.#away.length > 0) this.#come()
  }

  players(): BookPlayer[] {
    return this.#seats.map(({ player }) => player)
  }

  act(): void {
    const { world } = this.#match
    for (const { player, bot } of this.#seats) {
      setCommand(world, player.netId as never, commandOfBot(world, player.netId, bot))
    }
  }

  churn(share: number): void {
    if (this.#match.world.phase === Phase.ended) return
    if (nextFloat(this.#prng) < share) this.#go()
    if (this.#away.length > 0 && nextFloat(this.#prng) < share) this.#come()
  }

  #come(): void {
    const [user] = this.#away.splice(nextBelow(this.#prng, this.#away.length), 1)
    const userId = toUserId(user!.userId)
    const netId = this.#match.add(userId, nextBelow(this.#prng, 4))
    if (netId === undefined) return void this.#away.push(user!)
    const player = { userId, netId, name: user!.name, bot: user!.bot === true }
    this.#seats.push({ player, bot: createSimBot(this.#prng) })
  }

  #go(): void {
    const [seat] = this.#seats.splice(nextBelow(this.#prng, this.#seats.length), 1)
    if (seat === undefined) return
    const { userId, name, bot } = seat.player
    this.#match.remove(seat.player)
    this.#away.push({ userId, name, bot })
  }
}
