/**
 * The one secret of a server: all others are derived from it, so processes that are given the same
 * agree [AUTH-10]. Beside a shared database it is configured (SERVER_SECRET or a file); the
 * embedded default makes its own in DATA_DIR, for its owner alone. Never logged, never sent.
 */
import { hkdfSync, randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SECRET_FILE = 'server-secret'
const OWNER_ONLY = 0o600
const OTHERS_MASK = 0o077
const SECRET_BYTES = 32
/** Shortest secret (characters), and the different ones among them: `aaaa…` is no secret. */
const CHARS_MIN = 32
const DIFFERENT_MIN = 10
const CHARS_MAX = 1024
const PLACEHOLDER = /change.?me|example|placeholder|password|secret|your.?key|12345678/i
const DERIVED_BYTES = 32

/** What a secret must be, for the line that refuses one. */
export const SECRET_WANTED =
  `${CHARS_MIN} or more characters that nobody guesses ` +
  '(make them with: openssl rand -base64 32)'

/** Keys of purposes, out of the secret. */
export interface ServerSecret {
  /** 256 bits for one purpose; the same for the same secret. */
  derive(purpose: string): Uint8Array
}

/** True for a text that can be a secret. */
export function isStrongSecret(text: string): boolean {
  const isLong = text.length >= CHARS_MIN && text.length <= CHARS_MAX
  return isLong && new Set(text).size >= DIFFERENT_MIN && !PLACEHOLDER.test(text)
}

/** The secret that is `text`. */
export function createServerSecret(text: string): ServerSecret {
  const material = Buffer.from(text, 'utf8')
  return {
    derive: (purpose) =>
      new Uint8Array(hkdfSync('sha256', material, '', `battalion ${purpose}`, DERIVED_BYTES)),
  }
}

/** The text of the data directory's own secret, made when absent. */
export function loadOwnSecret(dataDir: string): string {
  const path = join(dataDir, SECRET_FILE)
  const kept = readSecretFile(path)
  if (kept !== undefined) {
    if ((statSync(path).mode & OTHERS_MASK) !== 0) chmodSync(path, OWNER_ONLY)
    return kept
  }
  const made = randomBytes(SECRET_BYTES).toString('base64url')
  writeFileSync(path, `${made}\n`, { mode: OWNER_ONLY, flag: 'wx' })
  return made
}

/** The first line of a file; undefined when there is no such file. */
export function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0]?.trim() ?? ''
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
