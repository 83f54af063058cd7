/** Match-locks over a bus: a process that did not impose one knows it, and its seat closes. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'

import { describeDatabase } from '@battalion/testkit/test-database.ts'

import { openMatchLocks } from './open-sanctions.ts'
import { MATCH_LOCK_TOPIC } from './services/identity/match-locks.ts'
import { imposeSanction, liftSanctions } from './services/identity/sanctions.ts'
import type { BusEvent, BusHandler } from './services/outbox/bus.ts'
import { systemClock } from './system-clock.ts'
import { openTestAccounts, TEST_ORIGIN as origin } from './testing/test-accounts.ts'
import { createUserSeats } from './user-seats.ts'

describeDatabase('match-locks of a process', (engine) => {
  it('[G-08] what another process imposed closes the seat in battle and no other', async (t) => {
    const { database, accounts } = await openTestAccounts(t, engine)
    const { userId } = await accounts.signInGuest({ name: 'Ada', origin })
    const handlers: BusHandler[] = []
    const bus = {
      subscribe: async (_: unknown, handler: BusHandler) => {
        handlers.push(handler)
        return { close: async () => undefined }
      },
    }
    const seats = createUserSeats()
    const closed: string[] = []
    const owner = { userId: userId as never, tokenSessionId: randomUUID() }
    seats.claim(owner, 'battlefield', (reason) => void closed.push(`battle ${reason}`))
    seats.claim(owner, 'home', (reason) => void closed.push(`home ${reason}`))
    const store = { database, bus } as unknown as Parameters<typeof openMatchLocks>[0]['store']
    const logger = { warn: () => undefined } as never
    const locks = openMatchLocks({ store, seats, logger })
    const hear = async () => {
      const event = { topic: MATCH_LOCK_TOPIC, key: userId, payload: { userId } }
      for (const handler of handlers) await handler(event as unknown as BusEvent, 1)
    }
    const nowMs = systemClock.wallMs()
    const lock = { userId, kind: 'match_lock', reason: 'x', by: null } as const
    await database.transact((trx) => imposeSanction(trx, lock, nowMs))
    assert.equal(locks.isLocked(userId), false)
    await hear()
    assert.equal(locks.isLocked(userId), true)
    assert.deepEqual(closed, ['battle kicked'])
    assert.deepEqual(seats.roomsOf(userId), ['battlefield', 'home'])
    await database.transact((trx) => liftSanctions(trx, { ...lock, nowMs }))
    await hear()
    assert.equal(locks.isLocked(userId), false)
    assert.equal(closed.length, 1)
  })
})
