/**
 * The bytes of frames a server sends (RFC 6455 5.2): never masked, never fragmented. Pure.
 */
import { assert } from '@battalion/base/assert.ts'
import { Opcode, isCloseCode } from './lean-frame-parser.ts'
import { bufferOf } from './socket-writer.ts'

/** Bytes before a body that {@link writeMessageHead} may overwrite. */
export const HEAD_SPARE_BYTES = 4
/** Longest body whose length fits a head of {@link HEAD_SPARE_BYTES} (bytes). */
export const SHORT_MESSAGE_BYTES_MAX = 0xffff
/** Longest text of a close frame (bytes of UTF-8). */
export const CLOSE_REASON_BYTES_MAX = 123

const FINAL_BIT = 0x80
const CONTROL_BYTES_MAX = 125
const LENGTH_16_BITS = 126
const LENGTH_64_BITS = 127
/** Close code for "we were asked to close with a code that may not be sent". */
const CLOSE_CODE_NORMAL = 1000

/** Writes the head of a binary message right before `start`; returns where it begins. */
export function writeMessageHead(frame: Uint8Array, start: number, bodyBytes: number): number {
  if (bodyBytes <= CONTROL_BYTES_MAX) {
    frame[start - 2] = FINAL_BIT | Opcode.binary
    frame[start - 1] = bodyBytes
    return start - 2
  }
  frame[start - 4] = FINAL_BIT | Opcode.binary
  frame[start - 3] = LENGTH_16_BITS
  frame[start - 2] = bodyBytes >>> 8
  frame[start - 1] = bodyBytes & 0xff
  return start - 4
}

/**
 * The message whose body is `slab[start..end)`, at most 65,535 bytes, in one piece: its head goes
 * over the bytes before it. Shares the slab's memory.
 */
export function framed(slab: Uint8Array, start: number, end: number): Buffer {
  const bodyBytes = end - start
  assert(start >= HEAD_SPARE_BYTES, 'a frame leaves room for its head')
  assert(bodyBytes > 0, 'a frame has a body')
  assert(end <= slab.byteLength, 'a frame lies in its slab')
  return bufferOf(slab).subarray(writeMessageHead(slab, start, bodyBytes), end)
}

/** A message of any length, in one piece, to be sent behind the frames of many clients. */
export function frameTail(body: Uint8Array): Buffer {
  if (body.byteLength <= SHORT_MESSAGE_BYTES_MAX) return frameMessage(body)
  return Buffer.concat([frameMessageHead(body.byteLength), body])
}

/** One binary message, head and a copy of `body` in one piece; at most 65,535 bytes of body. */
export function frameMessage(body: Uint8Array): Buffer {
  assert(body.byteLength <= SHORT_MESSAGE_BYTES_MAX, 'a long message is not copied')
  const frame = Buffer.allocUnsafe(HEAD_SPARE_BYTES + body.byteLength)
  frame.set(body, HEAD_SPARE_BYTES)
  return frame.subarray(writeMessageHead(frame, HEAD_SPARE_BYTES, body.byteLength))
}

/** The head alone, for a body that is written after it. */
export function frameMessageHead(bodyBytes: number): Buffer {
  if (bodyBytes > SHORT_MESSAGE_BYTES_MAX) {
    const head = Buffer.alloc(10)
    head[0] = FINAL_BIT | Opcode.binary
    head[1] = LENGTH_64_BITS
    head.writeUInt32BE(Math.floor(bodyBytes / 0x1_0000_0000), 2)
    head.writeUInt32BE(bodyBytes % 0x1_0000_0000, 6)
    return head
  }
  const head = Buffer.alloc(HEAD_SPARE_BYTES)
  return head.subarray(writeMessageHead(head, HEAD_SPARE_BYTES, bodyBytes))
}

/** A ping, pong or close frame with a copy of `payload`. */
export function frameControl(opcode: 8 | 9 | 10, payload: Uint8Array): Buffer {
  assert(payload.byteLength <= CONTROL_BYTES_MAX, 'a control frame is short')
  const frame = Buffer.allocUnsafe(2 + payload.byteLength)
  frame[0] = FINAL_BIT | opcode
  frame[1] = payload.byteLength
  frame.set(payload, 2)
  return frame
}

/**
 * A close frame. Never throws: a code that may not be sent becomes 1000, a text that is too long is
 * cut at a character's end. `undefined` sends no code at all.
 */
export function frameClose(code: number | undefined, reason = ''): Buffer {
  if (code === undefined) return frameControl(Opcode.close, new Uint8Array(0))
  const text = cutUtf8(Buffer.from(reason), CLOSE_REASON_BYTES_MAX)
  const payload = Buffer.allocUnsafe(2 + text.byteLength)
  payload.writeUInt16BE(isCloseCode(code) ? code : CLOSE_CODE_NORMAL, 0)
  payload.set(text, 2)
  return frameControl(Opcode.close, payload)
}

/** `text`, at most `bytesMax` bytes long, never cut inside a character. */
function cutUtf8(text: Buffer, bytesMax: number): Buffer {
  if (text.byteLength <= bytesMax) return text
  let end = bytesMax
  while (end > 0 && (text[end]! & 0xc0) === 0x80) end--
  return text.subarray(0, end)
}
