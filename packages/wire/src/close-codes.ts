/**
 * Why a server closed a connection. Codes 4400–4499 are ours and stable (docs/errors.md); Colyseus
 * keeps 4000–4099. Every disconnect carries one of these, the client shows it, metrics count it.
 */

export const CLOSE_CODES = {
  bad_frame: 4400,
  unauthenticated: 4401,
  kicked: 4403,
  join_timeout: 4408,
  replaced: 4409,
  idle: 4410,
  frame_too_large: 4413,
  flood: 4429,
  slow_reader: 4440,
  room_error: 4450,
  draining: 4460,
  battle_over: 4461,
} as const

export type CloseReason = keyof typeof CLOSE_CODES

/** One sentence for players, by reason. */
export const CLOSE_MESSAGES: Readonly<Record<CloseReason, string>> = {
  bad_frame: 'The client sent something the server does not understand.',
  unauthenticated: 'Sign in again: the token is missing, expired or revoked.',
  kicked: 'Removed from the battle by an operator.',
  join_timeout: 'The client did not finish joining in time.',
  replaced: 'The same user joined from another place.',
  idle: 'Removed after standing idle; join again to go on.',
  frame_too_large: 'The client sent a message over the size limit.',
  flood: 'The client sent too many messages.',
  slow_reader: 'The connection is too slow for this battle.',
  room_error: 'The battle stopped after an internal error.',
  draining: 'The server is restarting; join again.',
  battle_over: 'The battle is over.',
}

/** The reason of a close code, undefined for codes that are not ours. */
export function findCloseReason(code: number): CloseReason | undefined {
  for (const [reason, value] of Object.entries(CLOSE_CODES)) {
    if (value === code) return reason as CloseReason
  }
  return undefined
}
