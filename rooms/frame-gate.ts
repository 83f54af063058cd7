/**
 * The trust boundary of every room: which frames may reach anything behind it. Pure: a frame in, a
 * rejection or nothing out. Only the codes the project uses, no modifier bits, a size per code; all
 * else is counted and closes the connection with 4400 (faults.md 1.1).
 */
import { Protocol } from '@colyseus/core'

/** Why a frame was turned away; a metric label. */
export type FrameRejection =
  | 'text'
  | 'empty'
  | 'code'
  | 'modifier'
  | 'size'
  | 'before_join'
  | 'joined_twice'

/** What the gate must know of the sender. */
export interface FrameContext {
  /** True once the client acknowledged JOIN_ROOM. */
  readonly isJoined: boolean
  /** Longest ROOM_DATA and ROOM_DATA_BYTES frame (bytes). */
  readonly frameBytesMax: number
}

/** Codes 10..18 use the low five bits; the three above are modifiers we never use. */
const MODIFIER_MASK = 0xe0
/** JOIN_ROOM acknowledgement, LEAVE_ROOM and PING are one byte. */
const BARE_FRAME_BYTES = 1
/** A data frame names a type at least. */
const DATA_FRAME_BYTES_MIN = 2

/** Why `frame` must not pass, undefined when it may. */
export function findFrameRejection(
  frame: unknown,
  isBinary: boolean,
  context: FrameContext,
): FrameRejection | undefined {
  if (!isBinary) return 'text'
  if (!(frame instanceof Uint8Array) || frame.byteLength === 0) return 'empty'
  const code = frame[0]!
  if ((code & MODIFIER_MASK) !== 0) return 'modifier'
  switch (code) {
    case Protocol.JOIN_ROOM:
      if (frame.byteLength !== BARE_FRAME_BYTES) return 'size'
      return context.isJoined ? 'joined_twice' : undefined
    case Protocol.LEAVE_ROOM:
    case Protocol.PING:
      return frame.byteLength === BARE_FRAME_BYTES ? undefined : 'size'
    case Protocol.ROOM_DATA:
    case Protocol.ROOM_DATA_BYTES:
      if (frame.byteLength < DATA_FRAME_BYTES_MIN) return 'size'
      if (frame.byteLength > context.frameBytesMax) return 'size'
      return context.isJoined ? undefined : 'before_join'
    default:
      return 'code'
  }
}
