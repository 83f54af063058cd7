/**
 * What live pages of the console show, and the port through which routes reach it. The composition
 * root fills it from rooms and metrics: nothing here knows Colyseus.
 */
import { z } from '@hono/zod-openapi'

const Count = z.number()

/** Figures of one second of a process. */
export const OverviewSample = z
  .object({
    /** Wall time (ms since 1970). */
    atMs: Count,
    /** Soldiers with a connection, people and bots. */
    playing: Count,
    people: Count,
    bots: Count,
    spectating: Count,
    reconnecting: Count,
    /** Users with the standing connection. */
    atHome: Count,
    rooms: Count,
    seatsReserved: Count,
    joins: Count,
    joinsRefused: Count,
    disconnects: Count,
    errors: Count,
    roomCrashes: Count,
    serverErrors: Count,
    /** Of the worst room here. */
    tickMsP99: Count,
    overloadStep: Count,
    closedRooms: Count,
    loopLagMs: Count,
    busyShare: Count,
    rssBytes: Count,
    heapBytes: Count,
    bytesPerSec: Count,
  })
  .openapi('OverviewSample')

const NamedCounts = z.array(z.object({ name: z.string(), count: Count }))

/** The first page of the console. */
export const Overview = z
  .object({
    version: z.string(),
    region: z.string(),
    startedAtMs: Count,
    isDraining: z.boolean(),
    database: z.object({ ok: z.boolean(), detail: z.string() }),
    roomsMax: Count,
    sample: OverviewSample,
    refusals: NamedCounts,
    errors: NamedCounts,
    answers: NamedCounts,
    disconnects: NamedCounts,
  })
  .openapi('Overview')

export const BattleSample = z
  .object({
    atMs: Count,
    people: Count,
    bots: Count,
    spectators: Count,
    awaited: Count,
    tickMsP50: Count,
    tickMsP99: Count,
    overloadStep: Count,
    /** Snapshot bytes a second that one client got. */
    bytesPerClient: Count,
    bytesPerSec: Count,
  })
  .openapi('BattleSample')

export const BattleSummary = z
  .object({
    roomId: z.string(),
    matchId: z.string(),
    mode: z.string(),
    map: z.string(),
    phase: z.enum(['warmup', 'running', 'ended']),
    balanceVersion: z.string(),
    openedAtMs: Count,
    playersMax: Count,
    reserved: Count,
    isDraining: z.boolean(),
    isOverloaded: z.boolean(),
    tickRateHz: Count,
    snapshotRateHz: Count,
    now: BattleSample,
  })
  .openapi('BattleSummary')

export const BattlePlayer = z
  .object({
    userId: z.string(),
    name: z.string(),
    isBot: z.boolean(),
    isSpectator: z.boolean(),
    isConnected: z.boolean(),
    netId: Count.nullable(),
    team: Count.nullable(),
    classId: z.string().nullable(),
    score: Count.nullable(),
    pingMs: Count.nullable(),
  })
  .openapi('BattlePlayer')

/** A bucket for each bound and one beyond; counts since the room opened. */
export const TickHistogram = z
  .object({
    boundsMs: z.array(Count),
    counts: z.object({
      input: z.array(Count),
      sim: z.array(Count),
      rewind: z.array(Count),
      encode: z.array(Count),
      send: z.array(Count),
      total: z.array(Count),
    }),
  })
  .openapi('TickHistogram')

export const RoomLine = z
  .object({
    number: Count,
    atMs: Count,
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    /** JSON, scrubbed as the log is. */
    fields: z.string(),
  })
  .openapi('RoomLine')

/** A room from inside. */
export const RoomInside = z
  .object({
    room: BattleSummary,
    samples: z.array(BattleSample),
    ticks: TickHistogram,
    players: z.array(BattlePlayer),
    lines: z.array(RoomLine),
  })
  .openapi('RoomInside')

export type OverviewSample = z.infer<typeof OverviewSample>
export type Overview = z.infer<typeof Overview>
export type BattleSummary = z.infer<typeof BattleSummary>
export type BattleSample = z.infer<typeof BattleSample>
export type BattlePlayer = z.infer<typeof BattlePlayer>
export type TickHistogram = z.infer<typeof TickHistogram>
export type RoomLine = z.infer<typeof RoomLine>

/** A room as a live page reads it. */
export interface LiveRoom {
  summary(): BattleSummary
  samples(): readonly BattleSample[]
  ticks(): TickHistogram
  players(): readonly BattlePlayer[]
  linesAfter(number: number): readonly RoomLine[]
}

/** What the routes of live pages are handed. */
export interface LiveDesk {
  overview(): Overview
  history(): readonly OverviewSample[]
  rooms(): readonly BattleSummary[]
  findRoom(roomId: string): LiveRoom | undefined
}
