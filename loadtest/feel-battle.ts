/**
 * Battles of thinking bots over links with latency, in one process and without a clock: how shots
 * feel, the same at every run. Real clients, codec and simulation; sockets and room are left out.
 * For tests and for trying things out.
 */
import { toNetId } from '@battalion/base/ids.ts'
import type { BattleClient } from '@battalion/client/battle-client.ts'
import type { LinkConditions } from '@battalion/client/link-conditioner.ts'
import { LoopbackBattle } from '@battalion/client/testing/loopback-battle.ts'
import type { Balance } from '@battalion/sim/balance.ts'
import { giveUp } from '@battalion/sim/soldiers.ts'
import { TEAM_NONE } from '@battalion/sim/world.ts'
import { BotBrain } from './bots/bot-brain.ts'
import { ClientSenses } from './bots/client-senses.ts'

/** Time between two thoughts of a bot, as in a load run (ms). */
const THINK_MS = 50
/** Time between two looks at the network and updates of the clients (ms). */
const SLICE_MS = 5
/** Room state is told four times a second (ms). */
const STATE_MS = 250

export interface FeelOptions {
  readonly balance: Balance
  /** One battle each; figures are those of all together. */
  readonly seeds: readonly number[]
  readonly botCount: number
  /** Each way. */
  readonly network: Partial<LinkConditions>
  /** The march to where the fight is, and how long is measured (s). */
  readonly settleSec: number
  readonly measureSec: number
}

/** Figures of the measured time; those of the load report (`loadtest/README.md`), as shares. */
export interface FeelFigures {
  readonly shotsJudged: number
  readonly hitsSeen: number
  readonly confirmedShare: number
  readonly onFallenShare: number
  readonly unseenShare: number
  readonly behindCoverShare: number
  /** Of all hits: made void by cover. */
  readonly voidShare: number
  readonly clampedShare: number
  readonly shotAgeMs: number
  readonly ownErrorP99Metres: number
  /** Commands that found the queue full, and steps that found no command. */
  readonly droppedShare: number
  readonly missingShare: number
}

/** Fights a battle per seed and says how they felt. */
export function feelBattles(options: FeelOptions): FeelFigures {
  const spans = options.seeds.map((seed) => feelBattle(options, seed))
  const gained = (name: keyof FeelTotals) =>
    spans.reduce((sum, { before, after }) => sum + after[name] - before[name], 0)
  const confirmed = gained('confirmed')
  return {
    shotsJudged: gained('judged'),
    hitsSeen: gained('seen'),
    confirmedShare: confirmed / (gained('seen') - gained('onFallen')),
    onFallenShare: gained('onFallen') / gained('seen'),
    unseenShare: gained('unseen') / (confirmed + gained('unseen')),
    behindCoverShare: gained('behindCover') / gained('hits'),
    voidShare: gained('voids') / (gained('hits') + gained('voids')),
    clampedShare: gained('clamped') / gained('shots'),
    shotAgeMs: gained('ageMs') / gained('judged'),
    ownErrorP99Metres: Math.max(...spans.map(({ after }) => after.ownErrorP99Metres)),
    droppedShare: gained('dropped') / gained('made'),
    missingShare: gained('missing') / gained('made'),
  }
}

interface FeelSpan {
  readonly before: FeelTotals
  readonly after: FeelTotals
}

function feelBattle(options: FeelOptions, seed: number): FeelSpan {
  const battle = new LoopbackBattle(options.balance, 'conquest', seed)
  battle.sliceMs = SLICE_MS
  const bots = Array.from({ length: options.botCount }, (_, index) => {
    const client = battle.join()
    client.conditioner.configure(options.network)
    const senses = new ClientSenses(client)
    return { client, senses, brain: new BotBrain(seed * 1000 + index) }
  })
  const visit = () => {
    if (battle.nowMs % STATE_MS === 0) tellObjectives(battle)
    bots.forEach(({ client, brain, senses }, index) => {
      if ((battle.nowMs + index * SLICE_MS) % THINK_MS !== 0) return
      senses.look(battle.nowMs)
      brain.think(senses)
      if (brain.requests.giveUp) giveUp(battle.world, toNetId(client.own.netId))
      brain.requests.giveUp = false
      client.setIntent(brain.intent)
    })
  }
  battle.run(options.settleSec * 1000, visit)
  const before = totalsOf(battle)
  battle.run(options.measureSec * 1000, visit)
  return { before, after: totalsOf(battle) }
}

function tellObjectives({ world, links }: LoopbackBattle): void {
  const objectives = world.map.map.objectives.map(({ x, z, radius }, index) => ({
    x,
    z,
    radius,
    owner: teamOf(world.objectives.owner[index]!),
    capturing: teamOf(world.objectives.capturingTeam[index]!),
  }))
  for (const link of links) Object.assign(link.state, { objectives })
}

function teamOf(value: number): number {
  return value === TEAM_NONE ? -1 : value
}

type FeelTotals = ReturnType<typeof totalsOf>

function totalsOf({ clients, links, world }: LoopbackBattle) {
  const sum = (pick: (client: BattleClient) => number) =>
    clients.reduce((total, client) => total + pick(client), 0)
  const tickMs = 1000 / world.mode.tickRateHz
  const { counters } = world
  return {
    judged: sum(({ seenHits }) => seenHits.judged),
    seen: sum(({ seenHits }) => seenHits.seen),
    confirmed: sum(({ seenHits }) => seenHits.confirmed),
    onFallen: sum(({ seenHits }) => seenHits.seenOnFallen),
    unseen: sum(({ seenHits }) => seenHits.unseen),
    ageMs: sum(({ seenHits }) => seenHits.ageTicks * tickMs),
    made: sum(({ stats }) => stats.commandsMade),
    ownErrorP99Metres: Math.max(...clients.map(({ stats }) => stats.predictionErrorP99Metres)),
    dropped: links.reduce((total, { droppedCount }) => total + droppedCount, 0),
    missing: links.reduce((total, { missingCount }) => total + missingCount, 0),
    shots: counters.shotsJudged[0]!,
    clamped: counters.rewindClamped[0]!,
    hits: counters.hitsJudged[0]!,
    behindCover: counters.hitsBehindCover[0]!,
    voids: counters.hitsVoid[0]!,
  }
}
