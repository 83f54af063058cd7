/**
 * One-time codes by time (RFC 6238: HMAC-SHA-1, 30 s, 6 digits, as every authenticator app does).
 * Pure; who keeps the secret and counts the tries is not decided here.
 */
import { createHmac, randomBytes } from 'node:crypto'

import { assert } from '@battalion/base/assert.ts'

const STEP_SEC = 30
const DIGITS_COUNT = 6
/** Clocks of phones are this far off at most, and people this slow (steps). */
const DRIFT_STEPS = 1
const SECRET_BYTES = 20
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS_PER_LETTER = 5

/** A fresh secret. */
export function createTotpSecret(): Uint8Array {
  return new Uint8Array(randomBytes(SECRET_BYTES))
}

/** The code of a step. */
export function totpCode(secret: Uint8Array, step: number): string {
  assert(Number.isSafeInteger(step) && step >= 0, 'a step counts from 1970')
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const at = mac[mac.length - 1]! & 0xf
  const value = mac.readUInt32BE(at) & 0x7fffffff
  return String(value % 10 ** DIGITS_COUNT).padStart(DIGITS_COUNT, '0')
}

/** The step whose code this is, undefined when it is none of about now. */
export function findTotpStep(secret: Uint8Array, code: string, nowMs: number): number | undefined {
  const now = totpStep(nowMs)
  for (let step = now - DRIFT_STEPS; step <= now + DRIFT_STEPS; step++) {
    if (totpCode(secret, step) === code) return step
  }
  return undefined
}

/** The step of a wall time. */
export function totpStep(nowMs: number): number {
  return Math.floor(nowMs / 1000 / STEP_SEC)
}

/** What an authenticator app reads. */
export function totpUri(secret: Uint8Array, account: string): string {
  const label = encodeURIComponent(`Battalion:${account}`)
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=Battalion`
}

/** RFC 4648 without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= BITS_PER_LETTER) {
      bits -= BITS_PER_LETTER
      text += BASE32[(value >> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + BASE32[(value << (BITS_PER_LETTER - bits)) & 31]
}
