/** Every row of the catalogue that is a program, in the order they run. */
import type { Fault } from './fault.ts'
import { nonFinite, positionClaims, replayedInputs, tooManyInputs } from './faults/cheats-moving.ts'
import { falseStamps, fireCadence, forbiddenDamage, wallShots } from './faults/cheats-shooting.ts'
import { messageFlood } from './faults/flood.ts'
import { foreignTokens } from './faults/foreign-tokens.ts'
import { hiddenThings, sameHash } from './faults/hidden-things.ts'
import { idleSockets } from './faults/idle-sockets.ts'
import { joinStorm } from './faults/join-storm.ts'
import { longBattle } from './faults/long-battle.ts'
import { malformedFrames } from './faults/malformed-frames.ts'
import { matchmakingFlood, oddBodies } from './faults/matchmaking-abuse.ts'
import { oddSockets } from './faults/odd-sockets.ts'
import { overload } from './faults/overload.ts'
import { oversize } from './faults/oversize.ts'
import { pollutedMessages } from './faults/polluted-messages.ts'
import { blockedLoop, drain, throwingRooms } from './faults/process-faults.ts'
import { reconnects } from './faults/reconnects.ts'
import { joinHerd, roomGuesses, seatHoarding, seatUsedTwice } from './faults/seats.ts'
import { slowReaders } from './faults/slow-readers.ts'
import { compression, foreignOrigins } from './faults/upgrades.ts'

/** The rows; ids are those of faults.md. */
export const FAULTS: readonly Fault[] = [
  malformedFrames,
  oversize,
  messageFlood,
  slowReaders,
  idleSockets,
  oddSockets,
  foreignOrigins,
  pollutedMessages,
  compression,
  foreignTokens,
  matchmakingFlood,
  oddBodies,
  seatHoarding,
  seatUsedTwice,
  joinHerd,
  roomGuesses,
  reconnects,
  tooManyInputs,
  positionClaims,
  fireCadence,
  wallShots,
  replayedInputs,
  falseStamps,
  nonFinite,
  forbiddenDamage,
  hiddenThings,
  sameHash,
  drain,
  throwingRooms,
  blockedLoop,
  longBattle,
  joinStorm,
  overload,
]
