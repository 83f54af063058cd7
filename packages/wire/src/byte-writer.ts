/**
 * Writes little-endian values one after the other into a buffer, its own growing one or a given
 * one. The write side trusts its caller and asserts: a value out of range is a bug of ours.
 */
import { assert } from '@battalion/base/assert.ts'

const floatScratch = new Float32Array(1)
const floatBits = new Uint32Array(floatScratch.buffer)
/** Up to so many bytes a loop beats `set` (measured: about equal at 200). */
const COPY_LOOP_BYTES_MAX = 192

export class ByteWriter {
  bytes: Uint8Array
  /** Next byte to write. */
  at = 0
  readonly #canGrow: boolean

  private constructor(bytes: Uint8Array, canGrow: boolean) {
    this.bytes = bytes
    this.#canGrow = canGrow
  }

  /** A writer over a buffer of its own, which `reserve` enlarges. */
  static growing(capacityBytes: number): ByteWriter {
    return new ByteWriter(new Uint8Array(capacityBytes), true)
  }

  /** A writer to be pointed at others' buffers with `attach`. */
  static fixed(): ByteWriter {
    return new ByteWriter(new Uint8Array(0), false)
  }

  attach(bytes: Uint8Array, at: number): void {
    assert(!this.#canGrow, 'a growing writer keeps its own buffer')
    this.bytes = bytes
    this.at = at
  }

  /** Makes room for `count` more bytes; what is written after needs no check. */
  reserve(count: number): void {
    const needed = this.at + count
    if (needed <= this.bytes.length) return
    assert(this.#canGrow, 'the given buffer holds the frame')
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.at))
    this.bytes = larger
  }

  u8(value: number): void {
    assert(value >= 0 && value <= 0xff, 'the value fits u8')
    this.bytes[this.at++] = value
  }

  u16(value: number): void {
    assert(value >= 0 && value <= 0xffff, 'the value fits u16')
    this.bytes[this.at++] = value & 0xff
    this.bytes[this.at++] = value >> 8
  }

  i16(value: number): void {
    assert(value >= -0x8000 && value <= 0x7fff, 'the value fits i16')
    this.bytes[this.at++] = value & 0xff
    this.bytes[this.at++] = (value >> 8) & 0xff
  }

  f32(value: number): void {
    assert(Number.isFinite(value), 'a position is finite')
    floatScratch[0] = value
    const bits = floatBits[0]!
    this.bytes[this.at++] = bits & 0xff
    this.bytes[this.at++] = (bits >> 8) & 0xff
    this.bytes[this.at++] = (bits >> 16) & 0xff
    this.bytes[this.at++] = bits >>> 24
  }

  /** Seven bits per byte, low first, high bit = more follow. 0..16383 takes at most two bytes. */
  varint(value: number): void {
    assert(value >= 0 && value < 1 << 14, 'a count fits a varint of two bytes')
    if (value < 0x80) {
      this.bytes[this.at++] = value
      return
    }
    this.bytes[this.at++] = (value & 0x7f) | 0x80
    this.bytes[this.at++] = value >> 7
  }

  /** Whether these are so many bytes that a view of them and `copyView` are worth it. */
  static isLarge(count: number): boolean {
    return count > COPY_LOOP_BYTES_MAX
  }

  /**
   * Copies a whole view. Made once and copied by hundreds of viewers: a view for each of them was
   * 95 KB of heap per send of a crowd of 1,000.
   */
  copyView(view: Uint8Array): void {
    assert(this.at + view.length <= this.bytes.length, 'the copied bytes fit the buffer')
    this.bytes.set(view, this.at)
    this.at += view.length
  }

  /** Copies `source[start..end)`, not many; the caller has reserved the room. */
  copy(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this
    const count = end - start
    assert(this.at + count <= bytes.length, 'the copied bytes fit the buffer')
    let at = this.at
    for (let from = start; from < end; from++) bytes[at++] = source[from]!
    this.at = at
  }
}
