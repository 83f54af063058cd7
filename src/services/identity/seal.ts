/**
 * Sealing of what must be read again (AES-256-GCM): secrets of second factors, client secrets of
 * providers. A text sealed with another key throws on reading.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** `secret` as text that only the key opens. */
export function seal(secret: Uint8Array, key: Uint8Array): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv)
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** What was sealed; throws for another key or a changed text. */
export function unseal(text: string, key: Uint8Array): Uint8Array {
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES))
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  const secret = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
  return new Uint8Array(Buffer.concat([secret, decipher.final()]))
}
