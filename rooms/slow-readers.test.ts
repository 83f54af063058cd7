/** When a socket that is not empty counts as one that does not read: by time, and by bytes. */
import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, TEST_LIMITS, until } from '@battalion/testkit/room-server.ts'
import type { Client } from '@colyseus/core'
import type { ClientSeat } from './client-seat.ts'
import { findSlowReaders } from './slow-readers.ts'

const { terminateBytes, undrainedMsMax } = TEST_LIMITS

function look(buffered: readonly number[], drainedMsAgo: number) {
  const nowMs = 100_000
  const seen: number[] = []
  const seats = buffered.map((bytes) => {
    const client = { bytes } as unknown as Client
    return { client, drainedAtMs: nowMs - drainedMsAgo } as ClientSeat
  })
  const ports = {
    clock: { monotonicMs: () => nowMs, wallMs: () => 0 },
    limits: TEST_LIMITS,
    metrics: { sendBufferBytes: (bytes: number) => seen.push(bytes) },
    sockets: { bufferedBytes: (client: Client) => (client as unknown as { bytes: number }).bytes },
  }
  const slow = findSlowReaders(seats, ports as unknown as Parameters<typeof findSlowReaders>[1])
  return { seats, seen, slow: slow.map((seat) => seats.indexOf(seat)) }
}

it('[A-06] a socket over TERMINATE_BYTES is cut off at once, one at the limit is not', () => {
  const { slow, seen } = look([0, 1, terminateBytes, terminateBytes + 1], 0)
  assert.deepEqual(slow, [3])
  assert.deepEqual(seen, [1, terminateBytes, terminateBytes + 1])
})

it('[A-06] a socket that never got empty for UNDRAINED_MS_MAX is cut off, an empty one starts anew', () => {
  assert.deepEqual(look([0, 1], undrainedMsMax).slow, [])
  const { slow, seats } = look([0, 1], undrainedMsMax + 1)
  assert.deepEqual(slow, [1])
  assert.equal(seats[0]!.drainedAtMs, 100_000)
})

it('[A-06] who would miss a patch is cut off: its tree would be wrong for good', async () => {
  const balance = sampleBalance({ mode: { warmupSec: 600 } })
  // Nothing is less than 0, so every socket counts as too full for a patch.
  const server = await startRoomServer({ balance, limits: { patchSkipBytes: 0 } })
  try {
    const room = await server.client('ann').joinOrCreate('battlefield', {})
    room.onMessage('*', () => undefined)
    room.reconnection.enabled = false
    await until(() => !room.connection.isOpen, 'the end of the connection')
    assert.ok(server.countOf('patchSkipped', 'slow') > 0)
    await until(() => server.countOf('disconnected', 1006, 'slow_reader') === 1, 'the count')
  } finally {
    await server.stop()
  }
})
