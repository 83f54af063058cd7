/**
 * What a step did, for everyone outside: effects on the wire, kill feed, results, invariants. A
 * fixed table of columns, refilled by each step, in the order things happened. No strings, no
 * objects.
 */

export const EventType = {
  /** actor fired weapon `kind` along `yaw`; (x, z) → (x2, z2) is the drawn ray or the muzzle. */
  shot: 1,
  /** actor took `value` hp from target with weapon `kind`. `flags`: {@link HitFlag}. */
  hit: 2,
  /** something of kind weapon `kind`, owned by actor, went off at (x, z). */
  explosion: 3,
  /** target went down or died by actor's weapon `kind`; NET_ID_NONE actor = by nobody. */
  kill: 4,
  /** target can no longer be revived and waits for respawn. */
  death: 5,
  /** actor brought target back. */
  revive: 6,
  /** actor gave target `value` hp (ability `kind`). */
  heal: 7,
  /** target entered the field at (x, z). */
  spawn: 8,
  /** objective `kind` went to team `value` (0xff = to nobody). */
  capture: 9,
  /** actor used ability `kind` at (x, z). */
  ability: 10,
  /** actor began to reload weapon `kind`. */
  reload: 11,
  /** the battle is over; `value` = winning team, 0xff = draw. */
  end: 12,
  /** actor earned an assist on target. */
  assist: 13,
  /** target joined or left the battle. */
  join: 14,
  leave: 15,
  /** target lost `value` armour. */
  armourHit: 16,
} as const
export type EventType = (typeof EventType)[keyof typeof EventType]

export const HitFlag = {
  /** The target was already behind cover in the present when the shot, honest in the past, hit. */
  behindCoverNow: 1,
  explosion: 2,
  /** The shot's view time had to be clamped. */
  clamped: 4,
  lethal: 8,
} as const

/** Columns of one step's events; rows 0..count-1 are valid until the next step. */
export interface EventTable {
  count: number
  /** Cosmetic events that found no room this step. */
  droppedCount: number
  /** Rows the last step left; rows after it came from calls between steps and open the next one. */
  stepEndCount: number
  readonly type: Uint8Array
  /** Net id of who did it, NET_ID_NONE for nobody. */
  readonly actor: Uint16Array
  /** Net id of whom it happened to, NET_ID_NONE for nobody. */
  readonly target: Uint16Array
  /** Weapon, ability or objective index, by type. */
  readonly kind: Uint8Array
  readonly flags: Uint8Array
  readonly value: Int32Array
  readonly yaw: Uint16Array
  readonly x: Float32Array
  readonly z: Float32Array
  readonly x2: Float32Array
  readonly z2: Float32Array
}
