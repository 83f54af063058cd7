/**
 * What a crowd needs of a bot, whatever it is made of: `full-bot.ts` thinks and plays through the
 * real client, `lean-bot.ts` costs next to nothing.
 */

/** Where a bot stands. */
export type BotStage =
  /** Not connected; the crowd may let it join. */
  | 'out'
  /** Asks for a seat. */
  | 'joining'
  /** In the battle. */
  | 'playing'
  /** Lost its connection and tries to get back by itself. */
  | 'reconnecting'

/** What all bots of a process count together; only ever grows. */
export interface CrowdCounts {
  joinsTried: number
  joinsDone: number
  reconnectsDone: number
  /** Frames and payload bytes from the server, all kinds. */
  framesReceived: number
  bytesReceived: number
  bytesSent: number
  snapshotsReceived: number
  /** Snapshots that should have come: time in battle × the room's rate. */
  snapshotsExpected: number
  /** Frames that could not be read. */
  decodeFailures: number
  resultsSeen: number
  commandsMade: number
  /** Own shots judged by what the screen showed (the client's seen-hits.ts), and those not. */
  shotsJudged: number
  shotsUnjudged: number
  /** Sum of the age of their views when carried out (ms). */
  shotAgeMs: number
  /** Shots that met an enemy on the shooter's screen, and what became of them. */
  hitsSeen: number
  hitsConfirmed: number
  hitsOnFallen: number
  /** Hits the server gave that no screen had shown. */
  hitsUnseen: number
  /** By code. */
  readonly joinFailures: Map<string, number>
  /** Connections that ended though nobody here ended them, by reason. */
  readonly disconnects: Map<string, number>
  /** Drawn since last asked for (ms), at most SAMPLES_MAX each. */
  readonly joinMs: number[]
  readonly roundTripMs: number[]
  /** Corrections of the own movement (m). */
  readonly ownErrorMetres: number[]
}

/** Measurements kept between two reports; beyond it they are left out. */
export const SAMPLES_MAX = 20_000

/** Counts at zero. */
export function createCrowdCounts(): CrowdCounts {
  return {
    joinsTried: 0,
    joinsDone: 0,
    reconnectsDone: 0,
    framesReceived: 0,
    bytesReceived: 0,
    bytesSent: 0,
    snapshotsReceived: 0,
    snapshotsExpected: 0,
    decodeFailures: 0,
    resultsSeen: 0,
    commandsMade: 0,
    shotsJudged: 0,
    shotsUnjudged: 0,
    shotAgeMs: 0,
    hitsSeen: 0,
    hitsConfirmed: 0,
    hitsOnFallen: 0,
    hitsUnseen: 0,
    joinFailures: new Map(),
    disconnects: new Map(),
    joinMs: [],
    roundTripMs: [],
    ownErrorMetres: [],
  }
}

/** One more under `key`. */
export function countUnder(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Keeps a measurement while there is room. */
export function keepSample(samples: number[], value: number): void {
  if (Number.isFinite(value) && samples.length < SAMPLES_MAX) samples.push(value)
}

export interface CrowdBot {
  readonly stage: BotStage
  /** Time between two updates (ms). */
  readonly updateMs: number
  /** Takes a seat; resolves in the battle, rejects with an AppError. */
  join(): Promise<void>
  /** Called about every `updateMs` whatever the stage. */
  update(nowMs: number): void
  /** Says good-bye (expected, so not counted as a disconnect); resolves when out. */
  leave(): Promise<void>
  /** Adds what happened since the last call to the shared counts. */
  collect(nowMs: number): void
}
