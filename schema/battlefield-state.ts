/**
 * What of a battle changes rarely, patched by Colyseus two to four times a second: phase, clock,
 * score, objectives, roster. Movement never goes here (packages/wire). Data only; the room's
 * `project-state.ts` is its one writer. A stock SDK client reads this without any code of ours.
 */
import { schema, t } from '@colyseus/schema'
import type { SchemaType } from '@colyseus/schema'

/** No team: an objective nobody owns, a battle without winner. */
export const STATE_TEAM_NONE = -1

/** One team's standing. Index = team. */
export const TeamState = schema(
  {
    tickets: t.int32().default(0),
    score: t.int32().default(0),
    playerCount: t.uint16().default(0),
  },
  'TeamState',
)
export type TeamState = SchemaType<typeof TeamState>

/** One capture point. Index = position in the map's list. */
export const ObjectiveState = schema(
  {
    id: t.string().default(''),
    name: t.string().default(''),
    /** Centre and radius (m). */
    x: t.float32().default(0),
    z: t.float32().default(0),
    radius: t.float32().default(0),
    /** Team, -1 = nobody. */
    owner: t.int8().default(STATE_TEAM_NONE),
    capturing: t.int8().default(STATE_TEAM_NONE),
    /** 0..100 of the way to change hands. */
    progress: t.uint8().default(0),
  },
  'ObjectiveState',
)
export type ObjectiveState = SchemaType<typeof ObjectiveState>

/** One player. Says nothing that the enemy must not know: no position, no hp, no account id. */
export const RosterEntry = schema(
  {
    netId: t.uint16().default(0),
    name: t.string().default(''),
    bot: t.boolean().default(false),
    team: t.uint8().default(0),
    squad: t.uint8().default(0),
    /** Index in the balance's classes. */
    classId: t.uint8().default(0),
    kills: t.uint16().default(0),
    deaths: t.uint16().default(0),
    assists: t.uint16().default(0),
    score: t.int32().default(0),
    /** False while the player may still come back. */
    connected: t.boolean().default(true),
  },
  'RosterEntry',
)
export type RosterEntry = SchemaType<typeof RosterEntry>

export const BattlefieldState = schema(
  {
    /** `warmup`, `running` or `ended`. */
    phase: t.string().default('warmup'),
    mode: t.string().default(''),
    map: t.string().default(''),
    balanceVersion: t.string().default(''),
    matchId: t.string().default(''),
    tickRateHz: t.uint8().default(20),
    /** Until the phase ends by itself (s). */
    timeLeftSec: t.uint16().default(0),
    /** Team, -1 = none yet or a draw. */
    winner: t.int8().default(STATE_TEAM_NONE),
    /** Work of a tick (ms), over the last seconds. */
    tickMsP50: t.float32().default(0),
    tickMsP99: t.float32().default(0),
    /** 0 = all is well; see rooms/overload-ladder.ts. */
    overloadStep: t.uint8().default(0),
    /** Snapshots a second that each client gets now (Hz). */
    snapshotRateHz: t.float32().default(20),
    /** Seconds of battle per second; below 1 the server has slowed the clock. */
    timeScale: t.float32().default(1),
    teams: t.array(TeamState),
    objectives: t.array(ObjectiveState),
    /** Keyed by String(netId). */
    roster: t.map(RosterEntry),
  },
  'BattlefieldState',
)
export type BattlefieldState = SchemaType<typeof BattlefieldState>
