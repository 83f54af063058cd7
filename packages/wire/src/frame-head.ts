/**
 * Names of the bits in the head of a frame, in the byte of a cell and in damage marks, shared by
 * encoder and decoder. SPEC.md draws them.
 */

/** Bits of the head's mask byte. */
export const HeadBit = {
  /** The viewer has a soldier: inputsWaiting follows. */
  player: 1,
  /** ackSeq follows: at least one command of this soldier was applied. */
  ack: 2,
  /** Exact own position follows; absent = as last told. */
  position: 4,
  /** Own fields follow. */
  own: 8,
  marks: 16,
  kills: 32,
  far: 64,
  /** Everything from scratch: all cells are keyframes, all own fields are here. */
  fresh: 128,
} as const

/** Bits of a cell's byte. */
export const CellBit = {
  /** Keyframe: what was known of this cell is forgotten first. */
  key: 1,
  leaves: 2,
  /** Soldiers in full; in a keyframe all of them. */
  enters: 4,
  updates: 8,
  effects: 16,
  /** Projectiles in full; in a keyframe all of them. */
  projectiles: 32,
  /** Projectiles that are no longer in this cell. */
  gone: 64,
} as const
export const CELL_BITS_MASK = 0x7f
/** Bits that a keyframe must not have. */
export const CELL_BITS_NOT_KEY = CellBit.leaves | CellBit.updates | CellBit.gone

/** Bits of a damage mark. */
export const MarkFlag = {
  /** Set: taken, with a direction. Clear: dealt, with a target. */
  taken: 1,
  explosion: 2,
  /** `value` is armour, not hp. */
  armour: 4,
  lethal: 8,
} as const
export const MARK_FLAGS_MASK = 0x0f

/** Bits of a hit's flags on the wire; the rest of HitFlag is the server's own. */
export const EffectFlag = { explosion: 2, lethal: 8 } as const

/** Bits of the centre cell word. */
export const CENTRE_CELL_MASK = 0x0fff
export const CENTRE_WIDE_BIT = 0x8000
