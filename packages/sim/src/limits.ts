/**
 * Every bound of the simulation, with its unit and what happens at it. Wire and rooms size their
 * buffers from these, so a change here is a protocol change.
 */
import { assert } from '@battalion/base/assert.ts'

/** Soldiers in one world. At the limit a join is refused (`battle_full`). */
export const SOLDIERS_MAX = 4096
/** Teams of one battle. */
export const TEAMS_MAX = 4
/** Squads of one team; at the limit new soldiers join the smallest squad. */
export const SQUADS_PER_TEAM_MAX = 255
/** Weapons a soldier carries: primary, sidearm. */
export const WEAPON_SLOTS = 2
/** Live projectiles in one world; at the limit the shot is refused, counted, no round is spent. */
export const PROJECTILES_MAX = 2048
/** Capture points of one map. */
export const OBJECTIVES_MAX = 16
/** Events of one step; at the limit cosmetic events (shots) are dropped first, counted. */
export const EVENTS_PER_STEP_MAX = 16384
/** Attackers remembered per victim for assists; the one with the least damage is forgotten. */
export const ASSIST_SLOTS = 4

/** Side of a grid cell (m): interest is counted in these. Engine.md 5.4. */
export const CELL_METRES = 64
/** A soldier leaves its cell only this far outside it (m), so nobody flickers on a border. */
export const CELL_HYSTERESIS_METRES = 2
/** Side of a map (m); 65,536 steps of 1/16 m fit a u16 on the wire. */
export const MAP_METRES_MAX = 4096
/** Positions on the wire, steps per metre. */
export const POSITION_STEPS_PER_METRE = 16
/**
 * Reach of a direct shot (m). What a 3×3 block of cells surely shows: one cell, less the hysteresis
 * of the viewer and of the viewed. Beyond it a player could be hit by what he cannot see.
 */
export const WEAPON_RANGE_METRES_MAX = CELL_METRES - 2 * CELL_HYSTERESIS_METRES
/** Radius of a soldier's body and of the circle shots must meet (m). */
export const SOLDIER_RADIUS_METRES = 0.4
/** Fastest a soldier may ever move (m/s); wire deltas and I-12 rest on it. */
export const SOLDIER_SPEED_MPS_MAX = 12

/** Steps per second a mode may ask for. */
export const TICK_RATE_HZ_MIN = 1
export const TICK_RATE_HZ_MAX = 128
/** View times count eighths of a tick, wrap-aware u16. */
export const VIEW_TIME_PER_TICK = 8
/** How far back any shot may look (ms), a weapon may ask for less. */
export const REWIND_MS_MAX = 250
/**
 * Who has been wholly out of a shooter's sight for this long is safe from his shots (ms), however
 * late his view. Lower: honest hits at corners are denied. Higher: more than 1 of 100 hits fells
 * somebody behind a wall (decision 0013).
 */
export const COVER_GRACE_MS = 40
/** Rows of history. 250 ms at 128 Hz is 32 ticks, and one row on each side to interpolate. */
export const REWIND_ROWS = 64
/** Ticks a freed net id rests, so that no history row speaks of two soldiers. */
export const NET_ID_QUARANTINE_TICKS = 2 * REWIND_ROWS
/** Commands waiting for one soldier; at the limit what arrives is dropped, counted. */
export const COMMANDS_WAITING_MAX = 4
/**
 * Farthest a command's seq may lie ahead of the last one; beyond it the command is dropped, so that
 * one mad number does not shut out the honest ones after it. 2,048 are 102 s at 20 Hz.
 */
export const SEQ_JUMP_MAX = 2048

assert(
  (REWIND_MS_MAX * TICK_RATE_HZ_MAX) / 1000 + 2 <= REWIND_ROWS,
  'a rewind never outlives history',
)
assert(COVER_GRACE_MS < REWIND_MS_MAX, 'cover saves from the past that shots may look into')
assert(NET_ID_QUARANTINE_TICKS > REWIND_ROWS, 'an id rests longer than history remembers')
assert(MAP_METRES_MAX * POSITION_STEPS_PER_METRE <= 65536, 'a position fits u16')
assert(SOLDIERS_MAX < 0xffff, 'the last net id means nobody')
