/**
 * Cursors of lists as clients hold them: sealed (AES-256-GCM) over where a page ended, for one
 * reader of one list, for a day. So nobody reads in them who a hidden row is, makes one up, goes on
 * in another's list, or comes back with one when the list has long become another.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

import { AppError } from '@battalion/base/app-error.ts'
import type { Clock } from '@battalion/base/clock.ts'

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** A cursor goes on for so long (ms); longer and what stood behind it has moved. */
export const CURSOR_MS_MAX = 24 * 3_600_000
/** Longest text of a cursor; what is longer is none of ours (characters). */
export const CURSOR_CHARS_MAX = 300

/** Cursors of one server. */
export interface PageCursors {
  /** `list` names list and reader; only the same reads it again. */
  write(list: string, mark: unknown): string
  /** The mark; `invalid_request` for what was made up, is another list's, or too old. */
  read(list: string, cursor: string): unknown
}

/** Cursors under a key of 256 bits. */
export function createPageCursors(key: Uint8Array, clock: Pick<Clock, 'wallMs'>): PageCursors {
  return {
    write(list, mark) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, key, iv)
      cipher.setAAD(Buffer.from(list))
      const text = JSON.stringify({ at: clock.wallMs(), mark })
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    read(list, cursor) {
      const found = open(key, list, cursor)
      if (found === undefined) throw refused('is not one of ours')
      const ageMs = clock.wallMs() - found.at
      if (ageMs > CURSOR_MS_MAX) throw refused('is too old, begin again')
      return found.mark
    },
  }
}

function open(key: Uint8Array, list: string, cursor: string) {
  const bytes = Buffer.from(cursor, 'base64url')
  if (cursor.length > CURSOR_CHARS_MAX || bytes.length <= IV_BYTES + TAG_BYTES) return undefined
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES))
    decipher.setAAD(Buffer.from(list))
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8')
    return JSON.parse(text + decipher.final('utf8')) as { at: number; mark: unknown }
  } catch {
    return undefined
  }
}

function refused(why: string): AppError {
  return new AppError('invalid_request', `"cursor" ${why}.`)
}
