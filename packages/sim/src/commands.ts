/**
 * Commands: what one soldier does in one step, already validated (the wire form is
 * `packages/wire/src/input-codec.ts`). At most one command per soldier and step (I-12, I-13); a
 * soldier without one stands still and holds fire.
 */

/** Bits of {@link Command.buttons}. Unknown bits are refused by the wire. */
export const Button = {
  fire: 1 << 0,
  reload: 1 << 1,
  crouch: 1 << 2,
  sprint: 1 << 3,
  /** Start or go on reviving the nearest fallen team mate in reach. */
  revive: 1 << 4,
  ability: 1 << 5,
  /** Weapon in hand: clear = slot 0 (primary), set = slot 1 (sidearm). */
  sidearm: 1 << 6,
} as const
export type Button = (typeof Button)[keyof typeof Button]

/** All bits that mean something. */
export const BUTTONS_MASK = 0x7f

/** One validated command. */
export interface Command {
  /** u16, wraps; the client counts up by one per command. */
  seq: number
  /** Bits of {@link Button}. */
  buttons: number
  /** -127..127 along +x and +z in world axes; longer than 127 together is clamped to the circle. */
  moveX: number
  moveZ: number
  /** Binary angle the soldier looks and aims along (u16). */
  yaw: number
  /** Distance to the point aimed at, 1/16 m (u16): where lobbed things should land. */
  aimDistance: number
  /** What the shooter saw: eighths of a tick, low 16 bits. A claim; the step clamps it. */
  viewTime: number
}

/** The commands of one step, by net id. Length = world capacity. `present` is cleared by the step. */
export interface CommandTable {
  readonly present: Uint8Array
  readonly seq: Uint16Array
  readonly buttons: Uint16Array
  readonly moveX: Int8Array
  readonly moveZ: Int8Array
  readonly yaw: Uint16Array
  readonly aimDistance: Uint16Array
  readonly viewTime: Uint16Array
}
