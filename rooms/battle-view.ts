/**
 * A battle as operators see it: its figures, who is in it. Reads a session and changes nothing;
 * called once a second at most for a room that somebody looks at.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { UserId } from '@battalion/base/ids.ts'
import type { BattleSample, BattleWatch, WatchedPhase } from './battle-watch.ts'
import { TICK_BOUNDS_MS } from './battle-watch.ts'
import type { BattleSession } from './battle-session.ts'
import type { LogRing, RoomLine } from './log-ring.ts'
import type { Participant } from './participant.ts'
import type { BattlefieldState } from '../schema/battlefield-state.ts'

/** One line of the list of battles. */
export interface BattleSummary {
  readonly roomId: string
  readonly matchId: string
  readonly mode: string
  readonly map: string
  readonly phase: 'warmup' | 'running' | 'ended'
  readonly balanceVersion: string
  /** When the room opened (wall ms). */
  readonly openedAtMs: number
  readonly playersMax: number
  readonly reserved: number
  /** Nobody new gets in, and no next battle begins here. */
  readonly isDraining: boolean
  /** Newcomers are turned away for want of time. */
  readonly isOverloaded: boolean
  readonly tickRateHz: number
  readonly snapshotRateHz: number
  readonly now: BattleSample
}

/** Somebody in a battle. */
export interface BattlePlayer {
  readonly userId: UserId
  readonly name: string
  readonly isBot: boolean
  readonly isSpectator: boolean
  readonly isConnected: boolean
  readonly netId: number | null
  readonly team: number | null
  readonly classId: string | null
  readonly score: number | null
  /** Round trip as his client measured it last; null when it does not say. */
  readonly pingMs: number | null
}

/** How long ticks took, by phase. */
export interface TickHistogram {
  readonly boundsMs: readonly number[]
  readonly counts: Readonly<Record<WatchedPhase, readonly number[]>>
}

/** What a view is made from. */
export interface BattleViewParts {
  readonly session: BattleSession
  readonly state: BattlefieldState
  readonly watch: BattleWatch
  readonly log: LogRing
  readonly roomId: string
  readonly openedAtMs: number
  readonly reserved: number
  readonly wallMs: () => number
}

/** What an operator may look at. */
export interface BattleView {
  /** Takes a sample; once a second. */
  sample(): void
  summary(): BattleSummary
  samples(): readonly BattleSample[]
  ticks(): TickHistogram
  /** In order of arrival. */
  players(): readonly BattlePlayer[]
  linesAfter(number: number): readonly RoomLine[]
}

/** A view of a battle room. */
export function createBattleView(parts: () => BattleViewParts): BattleView {
  return {
    sample: () => takeSample(parts()),
    summary: () => summarize(parts()),
    samples: () => parts().watch.samples,
    ticks: () => ({ boundsMs: TICK_BOUNDS_MS, counts: parts().watch.tickCounts }),
    players: () => {
      const { session } = parts()
      return session.roster.all.map((participant) => describe(session, participant))
    },
    linesAfter: (number) => parts().log.linesAfter(number),
  }
}

function takeSample({ session, state, watch, wallMs }: BattleViewParts): void {
  let people = 0
  let bots = 0
  let spectators = 0
  let awaited = 0
  let receiving = 0
  for (const participant of session.roster.all) {
    if (participant.isSpectator) spectators++
    else if (participant.bot) bots++
    else people++
    if (!participant.isConnected) awaited++
    if (participant.isReceiving) receiving++
  }
  const { tickMsP50, tickMsP99, overloadStep } = state
  const counts = { people, bots, spectators, awaited }
  watch.sample({ atMs: wallMs(), ...counts, tickMsP50, tickMsP99, overloadStep }, receiving)
}

function summarize(parts: BattleViewParts): BattleSummary {
  const { session, watch, roomId, openedAtMs, reserved } = parts
  if (watch.last === undefined) takeSample(parts)
  const { mode, map, phase, locked, overloaded } = session.metadata
  const { world, matchId } = session.match
  return {
    roomId,
    matchId,
    mode,
    map,
    phase,
    balanceVersion: world.balance.version,
    openedAtMs,
    playersMax: session.playersMax,
    reserved,
    isDraining: locked && !overloaded,
    isOverloaded: overloaded,
    tickRateHz: world.mode.tickRateHz,
    snapshotRateHz: session.snapshotRateHz,
    now: watch.last!,
  }
}

function describe({ match }: BattleSession, participant: Participant): BattlePlayer {
  const { userId, name, bot, isSpectator, isConnected, netId, pingMs } = participant
  const person = { userId, name, isBot: bot, isSpectator, isConnected, pingMs }
  if (netId === NET_ID_NONE) {
    return { ...person, netId: null, team: null, classId: null, score: null }
  }
  const { soldiers, balance } = match.world
  const team = soldiers.team[netId]!
  const classId = balance.classes[soldiers.classId[netId]!]?.id ?? null
  return { ...person, netId, team, classId, score: soldiers.score[netId] ?? 0 }
}
