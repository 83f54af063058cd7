/**
 * One live seat per user and room name over all rooms of the process: claiming again tells the
 * earlier holder to leave. Its size is bounded by the clients in rooms, which have limits of their
 * own; a room that forgets to release leaves one entry per user, not one per join.
 */
import type { UserId } from '@battalion/base/ids.ts'

import type { UserSeats } from '../rooms/ports.ts'

function keyOf(userId: UserId, roomName: string): string {
  return `${roomName} ${userId}`
}

/** The seats of this process. */
export function createUserSeats(): UserSeats {
  const holders = new Map<string, () => void>()
  return {
    claim(userId, roomName, close) {
      const key = keyOf(userId, roomName)
      const earlier = holders.get(key)
      holders.set(key, close)
      if (earlier !== undefined && earlier !== close) earlier()
    },
    release(userId, roomName, close) {
      const key = keyOf(userId, roomName)
      if (holders.get(key) === close) holders.delete(key)
    },
  }
}
