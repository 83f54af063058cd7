/**
 * Bytes of a client in, WebSocket messages out (RFC 6455 5). Pure: no socket, no clock. A frame
 * that is whole in one chunk is handed on without a copy; one that is not is gathered in a buffer
 * of exactly its size, and its size is judged by the declared length, before a byte is kept. What
 * breaks the protocol ends the parser: it says so once and reads nothing more.
 *
 * Unmasks in place: a chunk belongs to the parser. A payload it hands on is a view of that chunk.
 */
import { isUtf8 } from 'node:buffer'
import { assert } from '@battalion/base/assert.ts'
import { VIOLATIONS } from './lean-violation.ts'
import type { FrameViolation } from './lean-violation.ts'

/** What one connection may send. */
export interface FrameLimits {
  /** Longest message, all fragments together (bytes); longer ends with 1009. */
  readonly messageBytesMax: number
  /** Most frames of one message; more ends with 1008. */
  readonly fragmentsMax: number
  /** Most chunks one frame may trickle in by; more ends with 1008. Each chunk costs a wake-up. */
  readonly piecesMax: number
}

/** Who is told what a client sent; calls happen inside {@link LeanFrameParser.push}. */
export interface FrameSink {
  receiveMessage(payload: Buffer, isBinary: boolean): void
  receivePing(payload: Buffer): void
  receivePong(payload: Buffer): void
  /** The closing handshake; `code` is 1005 when the client named none. Nothing follows. */
  receiveClose(code: number, reason: Buffer): void
  /** The protocol was broken. Nothing follows. */
  receiveViolation(violation: FrameViolation): void
}

/** Opcodes of RFC 6455 5.2. */
export const Opcode = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const

const FINAL_BIT = 0x80
const RESERVED_BIT_1 = 0x40
const RESERVED_BITS_23 = 0x30
const OPCODE_MASK = 0x0f
const CONTROL_BIT = 0x08
const MASK_BIT = 0x80
const LENGTH_MASK = 0x7f
const LENGTH_16_BITS = 126
const LENGTH_64_BITS = 127
/** The commonest first byte: one whole binary message. */
const WHOLE_BINARY = FINAL_BIT | Opcode.binary

/** Bytes of a head with mask, by the form of its length. */
const SHORT_HEAD_BYTES = 6
const LENGTH_16_HEAD_BYTES = 8
/** The longest head there is. */
export const HEAD_BYTES_MAX = 14
const CONTROL_BYTES_MAX = 125
/** Close code "none was given". */
const CLOSE_CODE_NONE = 1005
const EMPTY = Buffer.alloc(0)

export class LeanFrameParser {
  readonly #sink: FrameSink
  readonly #limits: FrameLimits
  /** A frame that is not whole yet: its bytes so far and how many the next look needs. */
  #held: Buffer = EMPTY
  #heldBytes = 0
  #neededBytes = 0
  #pieceCount = 0
  /** Fragments of the message under way; opcode 0 = none is. */
  #fragmentOpcode: number = Opcode.continuation
  #fragments: Buffer[] = []
  #fragmentBytes = 0
  #isDone = false

  constructor(sink: FrameSink, limits: FrameLimits) {
    assert(limits.messageBytesMax > CONTROL_BYTES_MAX, 'a control frame is never too long')
    assert(limits.fragmentsMax > 0, 'a message may come in one frame')
    assert(limits.piecesMax > 0, 'a frame may come in one chunk')
    this.#sink = sink
    this.#limits = limits
  }

  /** Bytes kept of messages that are not whole yet; bounded by the limits. */
  get keptBytes(): number {
    return this.#held.byteLength + this.#fragmentBytes
  }

  /** True once nothing more will be read. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Reads nothing from now on and lets go of what was kept. */
  stop(): void {
    this.#isDone = true
    this.#held = EMPTY
    this.#heldBytes = 0
    this.#fragments = []
    this.#fragmentBytes = 0
  }

  /** Takes the next bytes of the connection; they are the parser's to change. */
  push(chunk: Buffer): void {
    let offset = this.#heldBytes > 0 ? this.#resume(chunk) : 0
    while (offset < chunk.length && !this.#isDone) {
      const availableBytes = chunk.length - offset
      const frameBytes = this.#measure(chunk, offset, availableBytes)
      if (this.#isDone) return
      if (frameBytes > availableBytes) return this.#hold(chunk, offset, frameBytes)
      this.#deliver(chunk, offset, frameBytes)
      offset += frameBytes
    }
  }

  /**
   * Bytes of the frame at `offset`, or, when its head is not all there, how many are needed to know
   * more (then more than `availableBytes`). Judges the head; a bad one ends the parser.
   */
  #measure(bytes: Buffer, offset: number, availableBytes: number): number {
    if (availableBytes < 2) return 2
    const first = bytes[offset]!
    const second = bytes[offset + 1]!
    if (first !== WHOLE_BINARY || second < MASK_BIT || this.#fragmentOpcode !== 0) {
      const violation = findHeadViolation(first, second, this.#fragmentOpcode !== 0)
      if (violation !== undefined) return this.#refuse(violation)
    }
    let headBytes = SHORT_HEAD_BYTES
    let payloadBytes = second & LENGTH_MASK
    if (payloadBytes >= LENGTH_16_BITS) {
      const lengthEnd = payloadBytes === LENGTH_16_BITS ? 4 : 10
      if (availableBytes < lengthEnd) return lengthEnd
      headBytes = payloadBytes === LENGTH_16_BITS ? LENGTH_16_HEAD_BYTES : HEAD_BYTES_MAX
      payloadBytes = readLongLength(bytes, offset, payloadBytes === LENGTH_64_BITS)
    }
    if ((first & CONTROL_BIT) === 0) {
      if (this.#fragmentBytes + payloadBytes > this.#limits.messageBytesMax) {
        return this.#refuse(VIOLATIONS.length)
      }
    }
    return headBytes + payloadBytes
  }

  /** Unmasks the whole frame at `offset` and hands it on. */
  #deliver(bytes: Buffer, offset: number, frameBytes: number): void {
    const first = bytes[offset]!
    const length = bytes[offset + 1]! & LENGTH_MASK
    let payloadStart = offset + SHORT_HEAD_BYTES
    if (length === LENGTH_16_BITS) payloadStart = offset + LENGTH_16_HEAD_BYTES
    else if (length === LENGTH_64_BITS) payloadStart = offset + HEAD_BYTES_MAX
    const end = offset + frameBytes
    unmask(bytes, payloadStart, end)
    const payload = bytes.subarray(payloadStart, end)
    if (first === WHOLE_BINARY) return this.#sink.receiveMessage(payload, true)
    const opcode = first & OPCODE_MASK
    if (opcode === Opcode.ping) return this.#sink.receivePing(payload)
    if (opcode === Opcode.pong) return this.#sink.receivePong(payload)
    if (opcode === Opcode.close) return this.#deliverClose(payload)
    this.#deliverData(payload, opcode, (first & FINAL_BIT) !== 0)
  }

  #deliverData(payload: Buffer, opcode: number, isFinal: boolean): void {
    if (isFinal && opcode !== Opcode.continuation) return this.#deliverMessage(payload, opcode)
    if (this.#fragments.length === this.#limits.fragmentsMax) {
      this.#refuse(VIOLATIONS.pieces)
      return
    }
    if (opcode !== Opcode.continuation) this.#fragmentOpcode = opcode
    // A view would keep its whole chunk, 64 KiB, for one byte of it.
    this.#fragments.push(Buffer.from(payload))
    this.#fragmentBytes += payload.byteLength
    if (!isFinal) return
    const message = Buffer.concat(this.#fragments, this.#fragmentBytes)
    const messageOpcode = this.#fragmentOpcode
    this.#fragments = []
    this.#fragmentBytes = 0
    this.#fragmentOpcode = Opcode.continuation
    this.#deliverMessage(message, messageOpcode)
  }

  #deliverMessage(message: Buffer, opcode: number): void {
    if (opcode === Opcode.text && !isUtf8(message)) {
      this.#refuse(VIOLATIONS.utf8)
      return
    }
    this.#sink.receiveMessage(message, opcode === Opcode.binary)
  }

  #deliverClose(payload: Buffer): void {
    const hasCode = payload.byteLength >= 2
    const code = hasCode ? payload.readUInt16BE(0) : CLOSE_CODE_NONE
    const reason = payload.subarray(2)
    if (hasCode && !isCloseCode(code)) this.#refuse(VIOLATIONS.closeCode)
    else if (!isUtf8(reason)) this.#refuse(VIOLATIONS.utf8)
    else {
      this.stop()
      this.#sink.receiveClose(code, reason)
    }
  }

  /** Keeps the start of a frame that is not whole; its head, if complete, has been judged. */
  #hold(chunk: Buffer, offset: number, neededBytes: number): void {
    this.#held = Buffer.allocUnsafeSlow(Math.max(neededBytes, HEAD_BYTES_MAX))
    this.#heldBytes = chunk.copy(this.#held, 0, offset)
    this.#neededBytes = neededBytes
    this.#pieceCount = 1
  }

  /** Goes on with the frame that is held; returns how much of `chunk` it took. */
  #resume(chunk: Buffer): number {
    let offset = 0
    while (!this.#isDone) {
      const end = Math.min(chunk.length, offset + this.#neededBytes - this.#heldBytes)
      this.#heldBytes += chunk.copy(this.#held, this.#heldBytes, offset, end)
      offset = end
      if (this.#heldBytes < this.#neededBytes) {
        this.#pieceCount++
        if (this.#pieceCount > this.#limits.piecesMax) this.#refuse(VIOLATIONS.pieces)
        break
      }
      const frameBytes = this.#measure(this.#held, 0, this.#heldBytes)
      if (this.#isDone) break
      if (frameBytes === this.#heldBytes) {
        this.#deliverHeld(frameBytes)
        break
      }
      this.#grow(frameBytes)
    }
    return offset
  }

  #deliverHeld(frameBytes: number): void {
    const held = this.#held
    this.#held = EMPTY
    this.#heldBytes = 0
    this.#deliver(held, 0, frameBytes)
  }

  #grow(neededBytes: number): void {
    this.#neededBytes = neededBytes
    if (neededBytes <= this.#held.byteLength) return
    const grown = Buffer.allocUnsafeSlow(neededBytes)
    this.#held.copy(grown, 0, 0, this.#heldBytes)
    this.#held = grown
  }

  #refuse(violation: FrameViolation): number {
    this.stop()
    this.#sink.receiveViolation(violation)
    return 0
  }
}

/** True for a close code a peer may send (RFC 6455 7.4, registry). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006
}

/** What is wrong with the first two bytes of a frame, in the order `ws` looks. */
function findHeadViolation(
  first: number,
  second: number,
  isInMessage: boolean,
): FrameViolation | undefined {
  if ((first & RESERVED_BITS_23) !== 0) return VIOLATIONS.reservedBits23
  if ((first & RESERVED_BIT_1) !== 0) return VIOLATIONS.reservedBit1
  const opcode = first & OPCODE_MASK
  const bodyViolation =
    (opcode & CONTROL_BIT) === 0
      ? findDataViolation(opcode, isInMessage)
      : findControlViolation(first, opcode, second & LENGTH_MASK)
  if (bodyViolation !== undefined) return bodyViolation
  return second < MASK_BIT ? VIOLATIONS.unmasked : undefined
}

/** A continuation belongs to a message under way, a new message to none. */
function findDataViolation(opcode: number, isInMessage: boolean): FrameViolation | undefined {
  if (opcode > Opcode.binary) return VIOLATIONS.opcode
  return (opcode === Opcode.continuation) === isInMessage ? undefined : VIOLATIONS.opcode
}

function findControlViolation(
  first: number,
  opcode: number,
  length: number,
): FrameViolation | undefined {
  if (opcode > Opcode.pong) return VIOLATIONS.opcode
  if ((first & FINAL_BIT) === 0) return VIOLATIONS.controlFragmented
  if (length > CONTROL_BYTES_MAX) return VIOLATIONS.controlLength
  return opcode === Opcode.close && length === 1 ? VIOLATIONS.controlLength : undefined
}

/** The 16- or 64-bit length behind the first two bytes; past 2^53 it is rounded and still huge. */
function readLongLength(bytes: Buffer, offset: number, is64Bits: boolean): number {
  if (!is64Bits) return bytes.readUInt16BE(offset + 2)
  return bytes.readUInt32BE(offset + 2) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 6)
}

/** XORs the payload with the four bytes before it, four bytes a turn. */
function unmask(bytes: Buffer, start: number, end: number): void {
  const mask0 = bytes[start - 4]!
  const mask1 = bytes[start - 3]!
  const mask2 = bytes[start - 2]!
  const mask3 = bytes[start - 1]!
  if ((mask0 | mask1 | mask2 | mask3) === 0) return
  let index = start
  for (; index + 4 <= end; index += 4) {
    bytes[index]! ^= mask0
    bytes[index + 1]! ^= mask1
    bytes[index + 2]! ^= mask2
    bytes[index + 3]! ^= mask3
  }
  if (index < end) bytes[index]! ^= mask0
  if (index + 1 < end) bytes[index + 1]! ^= mask1
  if (index + 2 < end) bytes[index + 2]! ^= mask2
}
