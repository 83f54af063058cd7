/**
 * The little of RFC 6455 a lean bot needs: masking its own frames and cutting the server's out of
 * the byte stream. Pure. The mask is zero, which is allowed between programs (the rule protects
 * proxies) and saves a pass over every byte; so bots of this kind must not cross shared proxies.
 */

export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A longer frame ends the connection: the server never sends one (bytes). */
export const FRAME_BYTES_MAX = 4 * 1024 * 1024

/** A whole client frame around `payload`; mask zero. At most 65,535 bytes of payload. */
export function createClientFrame(opcode: number, payload: Uint8Array): Buffer {
  const isShort = payload.length < 126
  const head = isShort ? 6 : 8
  const frame = Buffer.alloc(head + payload.length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (isShort ? payload.length : 126)
  if (!isShort) frame.writeUInt16BE(payload.length, 2)
  frame.set(payload, head)
  return frame
}

/** Cuts frames out of chunks, whatever their borders. */
export class FrameReader {
  readonly #onFrame: (opcode: number, payload: Buffer) => void
  #rest: Buffer | undefined
  /** True after bytes that are no server frame; nothing more is read. */
  failed = false

  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame
  }

  push(chunk: Buffer): void {
    if (this.failed) return
    let bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const size = frameSize(bytes)
      if (size < 0) this.failed = true
      if (size <= 0 || bytes.length < size) break
      const head = headSize(bytes)
      this.#onFrame(bytes[0]! & 0x0f, bytes.subarray(head, size))
      bytes = bytes.subarray(size)
    }
    this.#rest = bytes.length === 0 ? undefined : bytes
  }
}

function headSize(bytes: Buffer): number {
  const length = bytes[1]! & 0x7f
  return length < 126 ? 2 : length === 126 ? 4 : 10
}

/** Bytes of the first frame, 0 = not known yet, −1 = not a frame a server sends. */
function frameSize(bytes: Buffer): number {
  if (bytes.length < 2) return 0
  // Masked, fragmented or with extension bits: nothing this server ever sends.
  if ((bytes[1]! & 0x80) !== 0 || (bytes[0]! & 0xf0) !== 0x80) return -1
  const head = headSize(bytes)
  if (bytes.length < head) return 0
  const length = bytes[1]! & 0x7f
  const payload =
    length < 126
      ? length
      : length === 126
        ? bytes.readUInt16BE(2)
        : Number(bytes.readBigUInt64BE(2))
  return payload > FRAME_BYTES_MAX ? -1 : head + payload
}
