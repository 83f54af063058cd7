/**
 * The text of a close frame. RFC 6455 leaves 123 bytes for it and `ws` throws beyond, so every text
 * passes here: cut to 120 bytes of UTF-8, never inside a character.
 */
import { CLOSE_CODES, CLOSE_MESSAGES, findCloseReason } from '@battalion/wire/close-codes.ts'
import type { CloseReason } from '@battalion/wire/close-codes.ts'
import type { Client } from '@colyseus/core'

/** Longest close text (bytes of UTF-8). */
export const CLOSE_TEXT_BYTES_MAX = 120

/** Lowest and highest code an application may close with (RFC 6455 7.4.2). */
const CLOSE_CODE_MIN = 4000
const CLOSE_CODE_MAX = 4999
const CLOSE_CODE_NORMAL = 1000

const encoder = new TextEncoder()

/** `text`, cut to {@link CLOSE_TEXT_BYTES_MAX} bytes at a character's end. */
export function cutCloseText(text: string): string {
  if (text.length * 3 <= CLOSE_TEXT_BYTES_MAX) return text
  let bytes = 0
  let cut = ''
  for (const character of text) {
    bytes += encoder.encode(character).byteLength
    if (bytes > CLOSE_TEXT_BYTES_MAX) break
    cut += character
  }
  return cut
}

/** A code `ws` accepts: ours, Colyseus' or 1000. */
export function toCloseCode(code: number | undefined): number {
  if (code !== undefined && code >= CLOSE_CODE_MIN && code <= CLOSE_CODE_MAX) return code
  return CLOSE_CODE_NORMAL
}

/** What a client is told when closed for `reason`. */
export function closeTextOf(reason: CloseReason): string {
  return cutCloseText(`${reason}: ${CLOSE_MESSAGES[reason]}`)
}

/** True for codes this project gave: no reconnection follows them. */
export function isOwnCloseCode(code: number): boolean {
  return (Object.values(CLOSE_CODES) as readonly number[]).includes(code)
}

/**
 * `client.leave` throws on some codes and long texts, and Colyseus calls it with both. From here on
 * it cannot; unless `intercept` takes the call over by answering true.
 */
export function guardLeave(client: Pick<Client, 'leave'>, intercept: () => boolean): void {
  const leave = client.leave.bind(client)
  client.leave = (code, text) => {
    if (intercept()) return
    const reason = findCloseReason(code ?? 0)
    const fallback = reason === undefined ? '' : closeTextOf(reason)
    leave(toCloseCode(code), cutCloseText(text ?? fallback))
  }
}
