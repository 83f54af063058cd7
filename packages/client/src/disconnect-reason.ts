/**
 * Close code → a stable word and a sentence for players. Our codes come from `close-codes.ts`; the
 * rest are WebSocket's and Colyseus' own.
 */
import { CLOSE_MESSAGES, findCloseReason } from '@battalion/wire/close-codes.ts'
import type { DisconnectInfo } from './battle-events.ts'

const OTHER_CODES: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  1000: ['closed', 'The server closed the connection.'],
  1001: ['server_gone', 'The server went away.'],
  1005: ['connection_lost', 'The connection was lost.'],
  1006: ['connection_lost', 'The connection was lost.'],
  1012: ['server_gone', 'The server is restarting.'],
  1013: ['server_gone', 'The server is too busy.'],
  4000: ['left', 'You left the battle.'],
  4001: ['server_gone', 'The server is shutting down; join again.'],
  4002: ['refused', 'The server refused the connection.'],
  4003: ['seat_lost', 'The connection was away too long and the seat is gone; join again.'],
  4010: ['connection_lost', 'The connection was lost.'],
}

/** What to tell of a connection that closed with `code`. */
export function disconnectInfo(code: number, willReconnect: boolean): DisconnectInfo {
  const ours = findCloseReason(code)
  if (ours !== undefined)
    return { code, reason: ours, message: CLOSE_MESSAGES[ours], willReconnect }
  const [reason, message] = OTHER_CODES[code] ?? ['closed', `The connection closed (${code}).`]
  return { code, reason, message, willReconnect }
}
