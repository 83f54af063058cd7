/** The outbox on both engines: all or nothing, in order, at least once, and again after a crash. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'
import { describeDatabase } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import type { Database } from '../../db/database.ts'
import { systemClock, systemTimers } from '../../system-clock.ts'
import type { Bus, BusEvent } from './bus.ts'
import { createEventOutbox, createLetterBox, takeOnce } from './event-outbox.ts'
import type { EventOutbox } from './event-outbox.ts'
import { createInProcessBus } from './in-process-bus.ts'
import { countWaiting, deleteOldEvents } from './outbox-queries.ts'
import { OutboxRelay } from './outbox-relay.ts'
import type { OutboxRelayOptions } from './outbox-relay.ts'

/** Long enough for a transaction that is not held back to commit and be relayed (ms). */
const OVERTAKE_MS = 500

/** A bus that remembers, and refuses or hangs when told to. */
class RecordingBus implements Bus {
  readonly seen: BusEvent[] = []
  refuse: (event: BusEvent) => boolean = () => false
  hang: (event: BusEvent) => boolean = () => false

  async publish(event: BusEvent): Promise<void> {
    if (this.refuse(event)) throw new AppError('unavailable', 'The bus is away.')
    this.seen.push(event)
    if (this.hang(event)) await new Promise(() => undefined)
  }

  subscribe(): never {
    throw new AppError('internal', 'nobody subscribes here')
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

describeDatabase('the outbox', (engine) => {
  let database: Database
  let outbox: EventOutbox
  let bus: RecordingBus
  const relays: OutboxRelay[] = []
  const closers: (() => unknown)[] = []

  before(async () => {
    database = await engine.open({ after: (close) => void closers.push(close as () => unknown) })
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })
  beforeEach(async (t) => {
    await database.db.deleteFrom('stream.outbox').execute()
    await database.db.deleteFrom('stream.leases').execute()
    outbox = createEventOutbox(systemClock)
    bus = new RecordingBus()
    ;(t as unknown as { after: (stop: () => unknown) => void }).after(async () => {
      await Promise.all(relays.splice(0).map((each) => each.stop()))
    })
  })

  const emit = (key: string, ...payloads: unknown[]) =>
    database.transact(async (trx) => {
      for (const payload of payloads) await outbox.emit(trx, { topic: 't', key, payload })
    })

  function relay(more: Partial<OutboxRelayOptions> = {}): OutboxRelay {
    const made = new OutboxRelay({
      database,
      outbox,
      bus,
      clock: systemClock,
      timers: systemTimers,
      holder: `process ${relays.length}`,
      ...more,
    })
    relays.push(made)
    made.start()
    return made
  }

  const isEmpty = async () => (await countWaiting(database.db)) === 0

  it('[BUS-1] sends nothing of a transaction that was rolled back', async () => {
    const failed = database.transact(async (trx) => {
      await outbox.emit(trx, { topic: 't', key: 'k', payload: 'never' })
      throw new AppError('conflict', 'No.')
    })
    await assert.rejects(failed, { code: 'conflict' })
    await emit('k', 'once')
    relay()
    await waitUntil('all sent', isEmpty)
    assert.deepEqual(
      bus.seen.map(({ payload }) => payload),
      ['once'],
    )
  })

  it('sends at once after the commit, whole: id, topic, key, payload, headers', async () => {
    relay()
    await waitUntil('idle', isEmpty)
    const id = await database.transact((trx) =>
      outbox.emit(trx, { topic: 't', key: 'k', payload: { a: [1] }, headers: { requestId: 'r' } }),
    )
    await waitUntil('sent', () => bus.seen.length === 1)
    const expected = { id, topic: 't', key: 'k', payload: { a: [1] }, headers: { requestId: 'r' } }
    assert.deepEqual(bus.seen, [expected])
  })

  it('keeps the order of each key under concurrent writers', async () => {
    const counts = new Map<string, number>()
    const writers = Array.from({ length: 24 }, (_, index) => {
      const key = `k${index % 4}`
      return database.transact(async (trx) => {
        await outbox.emit(trx, { topic: 't', key, payload: null })
        // The order in which transactions hold the key is the order that must arrive.
        const number = (counts.get(key) ?? 0) + 1
        counts.set(key, number)
        await outbox.emit(trx, { topic: 't', key, payload: number })
      })
    })
    await Promise.all(writers)
    relay()
    await waitUntil('all sent', isEmpty)
    for (const key of counts.keys()) {
      const numbers = bus.seen.filter((event) => event.key === key && event.payload !== null)
      assert.deepEqual(
        numbers.map(({ payload }) => payload),
        [1, 2, 3, 4, 5, 6],
      )
    }
  })

  it('a later transaction under one key never overtakes an earlier one that is still open', async () => {
    const [emitted, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const first = database.transact(async (trx) => {
      await outbox.emit(trx, { topic: 't', key: 'k', payload: 'first' })
      emitted.resolve()
      await gate.promise
    })
    await emitted.promise
    const second = emit('k', 'second')
    relay()
    await new Promise((resolve) => setTimeout(resolve, OVERTAKE_MS))
    const seenMeanwhile = [...bus.seen]
    gate.resolve()
    await Promise.all([first, second])
    assert.deepEqual(seenMeanwhile, [])
    await waitUntil('all sent', isEmpty)
    assert.deepEqual(
      bus.seen.map(({ payload }) => payload),
      ['first', 'second'],
    )
  })

  it('holds a key back that the bus refuses, and no other; then sends it in order', async () => {
    bus.refuse = ({ key }) => key === 'bad'
    await emit('bad', 1, 2)
    await emit('good', 1, 2)
    relay()
    await waitUntil('the good ones', () => bus.seen.length === 2)
    assert.ok(bus.seen.every(({ key }) => key === 'good'))
    bus.refuse = () => false
    await waitUntil('all sent', isEmpty)
    assert.deepEqual(
      bus.seen.map(({ key, payload }) => `${key} ${String(payload)}`),
      ['good 1', 'good 2', 'bad 1', 'bad 2'],
    )
  })

  it('[BUS-1] sends again what a process that died had not marked', async () => {
    bus.hang = () => true
    await emit('k', 'one', 'two')
    const dead = relay({ leaseMs: 1000 })
    await waitUntil('the first', () => bus.seen.length === 1)
    // As a killed process: nothing is marked, the lease runs out.
    relays.splice(relays.indexOf(dead), 1)
    bus.hang = () => false
    relay({ leaseMs: 1000, holder: 'heir', outbox: createEventOutbox(systemClock) })
    await dead.stop()
    await waitUntil('all sent', isEmpty)
    assert.deepEqual(
      bus.seen.map(({ payload }) => payload),
      ['one', 'one', 'two'],
    )
  })

  it('two relays send each event once', async () => {
    relay()
    relay()
    await Promise.all(Array.from({ length: 20 }, (_, index) => emit(`k${index}`, index)))
    await waitUntil('all sent', isEmpty)
    assert.equal(bus.seen.length, 20)
    assert.equal(new Set(bus.seen.map(({ id }) => id)).size, 20)
  })

  it('a consumer takes an event in once, whatever is delivered again', async () => {
    const letterBox = createLetterBox(database, systemClock)
    const real = createInProcessBus({ timers: systemTimers, bury: letterBox })
    let effects = 0
    let deliveries = 0
    await real.subscribe({ group: 'counter', topics: ['t'] }, async ({ id }, attempt) => {
      deliveries++
      await database.transact(async (trx) => {
        if (await takeOnce(trx, 'counter', { eventId: id, nowMs: systemClock.wallMs() })) effects++
      })
      if (attempt === 1) throw new AppError('internal', 'died after its commit')
    })
    relay({ bus: real })
    await emit('k', 'x')
    await waitUntil('all sent', isEmpty)
    await real.close()
    assert.deepEqual([deliveries, effects], [2, 1])
  })

  it('keeps dead letters whole, one per consumer and event', async () => {
    const bury = createLetterBox(database, systemClock)
    const event = {
      id: '7f0c0a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6',
      topic: 't',
      key: 'k',
      payload: { a: 1 },
      headers: { requestId: 'r' },
    }
    await bury({ group: 'g', event, reason: 'poison' })
    await bury({ group: 'g', event, reason: 'poison' })
    const rows = await database.db.selectFrom('stream.dead_letters').selectAll().execute()
    assert.equal(rows.length, 1)
    assert.deepEqual([rows[0]?.payload, rows[0]?.reason], [{ a: 1 }, 'poison'])
  })

  it('forgets what was published long ago, never what waits', async () => {
    await emit('k', 'old')
    relay()
    await waitUntil('all sent', isEmpty)
    await relays.splice(0)[0]?.stop()
    await emit('k', 'waits')
    const later = systemClock.wallMs() + 1000
    await deleteOldEvents(database.db, { publishedMs: later, takenMs: later, buriedMs: later })
    assert.equal(await countWaiting(database.db), 1)
  })
})
