/**
 * Every bound of the wire, with its unit and what happens at it. Both ends size their buffers from
 * these, so a change here is a protocol change (SPEC.md, WF3).
 */
import { assert } from '@battalion/base/assert.ts'
import {
  CELL_METRES,
  MAP_METRES_MAX,
  PROJECTILES_MAX,
  SOLDIERS_MAX,
  TEAMS_MAX,
  WEAPON_RANGE_METRES_MAX,
} from '@battalion/sim/limits.ts'

/** Commands of one input frame; a frame that says another number is refused. */
export const COMMANDS_PER_FRAME_MAX = 3
/** Size of one command on the wire. */
export const COMMAND_BYTES = 12
/** Largest input frame body; longer ones are refused before they are read. */
export const INPUT_BYTES_MAX = 1 + COMMANDS_PER_FRAME_MAX * COMMAND_BYTES

/** Cells from the centre to the border of a viewer's block: players 1 (3×3), spectators up to 2. */
export const BLOCK_RADIUS_MAX = 2
/** Side of the largest block (cells). */
export const BLOCK_SIDE_MAX = 2 * BLOCK_RADIUS_MAX + 1
/** Cells of a map; centre cells are 12 bits on the wire. */
export const CELLS_MAX = (MAP_METRES_MAX / CELL_METRES) ** 2

/** Effects waiting for the next send; the newest beyond it are dropped, counted. */
export const EFFECTS_PER_SEND_MAX = 4096
/** Effects one cell may show per send; the rest of that cell is dropped, counted. */
export const EFFECTS_PER_CELL_MAX = 512
/** Bytes of the longest effect, its type included. */
export const EFFECT_BYTES_MAX = 7
/** Kills told per send; the rest reach nobody's feed (the scoreboard has them), counted. */
export const KILLS_PER_SEND_MAX = 256
/** Damage marks waiting for the next send, of all soldiers; the rest are dropped, counted. */
export const MARKS_PER_SEND_MAX = 8192
/** Damage marks of one viewer in one frame; the oldest are told, the rest dropped, counted. */
export const MARKS_PER_FRAME_MAX = 32
/** Effects a decoder keeps of one frame; the rest are read and forgotten, counted. */
export const DECODED_EFFECTS_MAX = 1024

/**
 * Bytes of one send that the cells of a 3×3 block should take together. With head, far tier and the
 * keyframes of those who change cell that is 12 KB/s at 20 Hz for who stands in the middle of a
 * crowd, 7.5 KB/s for the crowd's average. Above it updates take turns by priority and effects are
 * thinned, both counted (SPEC.md, WF26). Lower: a crowd of a thousand is told less than twice a
 * second. Higher: crowds of 200 cost more than a screen can show.
 */
export const BLOCK_BYTES_BUDGET = 520
/**
 * Sends after which a soldier in a crowd is told whatever it costs: 2 s at 20 Hz. Lower: 4,000
 * soldiers in one block break the budget by it alone.
 */
export const STALE_SENDS_MAX = 40

/** Net ids of one slice of the far tier: one slice per team and send, so that the load is flat. */
export const FAR_SLICE_IDS = 32
/** A soldier's far place is told at most this often; with many slices less often. */
export const FAR_REFRESH_HZ_MAX = 2
/**
 * Slices of one team told per second: 400 B/s for each player of a battle of 1,000, whose round
 * then takes 3.2 s. At 20 it was 800 B/s, a fifth of all he received.
 */
export const FAR_SLICES_PER_SEC_MAX = 10

/**
 * Largest snapshot body. Reached only when thousands of soldiers crowd one block; `compose` asserts
 * that this much room is left, and each part above has its own bound that adds up to less.
 */
export const SNAPSHOT_BYTES_MAX = 160 * 1024

/** Largest record of a soldier, and of a projectile (fields.ts asserts both). */
export const ENTITY_BYTES_MAX = 16
export const PROJECTILE_BYTES_MAX = 16
/** A slot or a count (varint below 2^14). */
const SMALL_VARINT_BYTES = 2
const CELL_HEADER_BYTES_MAX = 16
const HEAD_BYTES_MAX = 64

const farBytesMax = TEAMS_MAX * (2 + FAR_SLICE_IDS / 8) + 2 * FAR_SLICE_IDS
const worstBytes =
  HEAD_BYTES_MAX +
  BLOCK_SIDE_MAX ** 2 * CELL_HEADER_BYTES_MAX +
  SOLDIERS_MAX * (ENTITY_BYTES_MAX + SMALL_VARINT_BYTES) +
  EFFECTS_PER_SEND_MAX * EFFECT_BYTES_MAX +
  PROJECTILES_MAX * (PROJECTILE_BYTES_MAX + 2) +
  KILLS_PER_SEND_MAX * 5 +
  MARKS_PER_FRAME_MAX * 4 +
  farBytesMax

assert(worstBytes <= SNAPSHOT_BYTES_MAX, 'the worst frame fits the largest snapshot')
assert(STALE_SENDS_MAX < 0xff, 'the age of what is told fits u8')
assert(SOLDIERS_MAX <= 1 << 14, 'a slot of a cell is a varint of two bytes')
assert(SOLDIERS_MAX / FAR_SLICE_IDS <= 256, 'a far slice index fits u8')
assert(CELLS_MAX <= 1 << 12, 'a centre cell fits 12 bits')
assert(WEAPON_RANGE_METRES_MAX <= 63, 'the length of a shot fits u8 in quarter metres')
