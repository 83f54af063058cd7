/**
 * Reads little-endian values one after the other from bytes that somebody else made. Never throws
 * and never reads past the end: from there on every value is 0 and `failed` is set, which the
 * caller asks once per section. Nothing here asserts.
 */

const floatBits = new Uint32Array(1)
const floatScratch = new Float32Array(floatBits.buffer)

const NO_BYTES = new Uint8Array(0)

export class ByteReader {
  bytes: Uint8Array = NO_BYTES
  at = 0
  failed = false

  open(bytes: Uint8Array): void {
    this.bytes = bytes
    this.at = 0
    this.failed = false
  }

  /** Lets go of the bytes, so that a frame is not kept alive. */
  close(): void {
    this.bytes = NO_BYTES
  }

  get remaining(): number {
    return this.bytes.length - this.at
  }

  u8(): number {
    if (this.at < this.bytes.length) return this.bytes[this.at++]!
    this.failed = true
    return 0
  }

  i8(): number {
    return (this.u8() << 24) >> 24
  }

  u16(): number {
    const low = this.u8()
    return low | (this.u8() << 8)
  }

  i16(): number {
    return (this.u16() << 16) >> 16
  }

  /** A float32; one that is not finite fails the frame. */
  f32(): number {
    const low = this.u16()
    floatBits[0] = (low | (this.u16() << 16)) >>> 0
    const value = floatScratch[0]!
    if (Number.isFinite(value)) return value
    this.failed = true
    return 0
  }

  /** A varint of one or two bytes in its shortest form (SPEC.md, WF2). */
  varint(): number {
    const low = this.u8()
    if (low < 0x80) return low
    const high = this.u8()
    if (high === 0 || high >= 0x80) this.failed = true
    return (low & 0x7f) | ((high & 0x7f) << 7)
  }
}
