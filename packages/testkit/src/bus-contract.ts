/**
 * What every event bus must do, whatever carries it [BUS-1, BUS-2]: run for the in-process bus
 * today, for Redis Streams and Kafka when they come. Nothing here knows how a bus works inside.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'

import type { Bus, BusEvent } from '../../../src/services/outbox/bus.ts'
import { waitUntil } from './wait-until.ts'

/** What a bus to be proven is made of. */
export interface BusUnderTest {
  readonly bus: Bus
  /** Dead letters so far. */
  readonly letters: { group: string; event: BusEvent; reason: string }[]
}

/** The suite; `create` gives a bus with topics of its own. */
export function describeBus(name: string, create: CreateBus): void {
  describe(`the ${name} bus`, () => {
    proveDelivery(create)
    proveFailure(create)
    proveMembers(create)
    proveEnds(create)
  })
}

type CreateBus = (t: TestContext) => Promise<BusUnderTest>

function proveDelivery(create: CreateBus): void {
  it('delivers what is published under one key in order, with all of it', async (t) => {
    const { bus } = await create(t)
    const seen: BusEvent[] = []
    await bus.subscribe({ group: 'g', topics: ['a'] }, async (event) => void seen.push(event))
    const events = Array.from({ length: 50 }, (_, index) => makeEvent('a', 'k', index))
    await Promise.all(events.map((event) => bus.publish(event)))
    await waitUntil('all', () => seen.length === 50)
    assert.deepEqual(seen, events)
  })

  it('gives every group all events, and each to one member of a group', async (t) => {
    const { bus } = await create(t)
    const seen: string[] = []
    const take = (who: string) => async (event: BusEvent) => void seen.push(`${who} ${event.key}`)
    await bus.subscribe({ group: 'g', topics: ['a'] }, take('g'))
    await bus.subscribe({ group: 'g', topics: ['a'] }, take('g'))
    await bus.subscribe({ group: 'h', topics: ['a', 'b'] }, take('h'))
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
    await Promise.all(keys.map((key) => bus.publish(makeEvent('a', key, 0))))
    await bus.publish(makeEvent('b', 'other', 0))
    await waitUntil('all', () => seen.length >= 41)
    const expected = [...keys.map((key) => `g ${key}`), ...keys.map((key) => `h ${key}`)]
    assert.deepEqual(seen.sort(), [...expected, 'h other'].sort())
  })
}

function proveFailure(create: CreateBus): void {
  it('gives an event again that failed, before later ones of its key', async (t) => {
    const { bus } = await create(t)
    const seen: string[] = []
    await bus.subscribe({ group: 'g', topics: ['a'] }, async (event, attempt) => {
      seen.push(`${String(event.payload)} ${attempt}`)
      if (event.payload === 0 && attempt < 3) throw new Error('not yet')
    })
    await Promise.all([0, 1].map((index) => bus.publish(makeEvent('a', 'k', index))))
    await waitUntil('both', () => seen.length === 4)
    assert.deepEqual(seen, ['0 1', '0 2', '0 3', '1 1'])
  })

  it('buries what fails too often, whole and with the reason, and goes on', async (t) => {
    const { bus, letters } = await create(t)
    const seen: unknown[] = []
    const interest = { group: 'g', topics: ['a'], attemptsMax: 2 }
    await bus.subscribe(interest, async (event) => {
      if (event.payload === 0) throw new Error('poison')
      seen.push(event.payload)
    })
    const poison = makeEvent('a', 'k', 0)
    await Promise.all([bus.publish(poison), bus.publish(makeEvent('a', 'k', 1))])
    await waitUntil('the next', () => seen.length === 1)
    assert.deepEqual(letters, [{ group: 'g', event: poison, reason: 'poison' }])
  })
}

function proveMembers(create: CreateBus): void {
  it('gives what a crashed member had not committed to another', async (t) => {
    const { bus } = await create(t)
    const seen: string[] = []
    const first = await bus.subscribe({ group: 'g', topics: ['a'] }, async () => {
      seen.push('first')
      await new Promise(() => undefined)
    })
    const published = bus.publish(makeEvent('a', 'k', 0))
    await waitUntil('the first', () => seen.includes('first'))
    await bus.subscribe({ group: 'g', topics: ['a'] }, async () => void seen.push('second'))
    await first.close('abandon')
    await published
    assert.deepEqual(seen, ['first', 'second'])
  })

  it('lets a member that leaves finish what it has', async (t) => {
    const { bus } = await create(t)
    const gate = Promise.withResolvers<void>()
    let isDone = false
    const member = await bus.subscribe({ group: 'g', topics: ['a'] }, async () => {
      await gate.promise
      isDone = true
    })
    const published = bus.publish(makeEvent('a', 'k', 0))
    await waitUntil('it runs', async () => (await member.lag()) === 1)
    const left = member.close('finish')
    gate.resolve()
    await Promise.all([left, published])
    assert.ok(isDone)
  })

  it('pauses: nothing comes, lag grows; resumes: all of it comes', async (t) => {
    const { bus } = await create(t)
    const seen: unknown[] = []
    const member = await bus.subscribe(
      { group: 'g', topics: ['a'] },
      async (event) => void seen.push(event.payload),
    )
    member.pause()
    const published = [0, 1, 2].map((index) => bus.publish(makeEvent('a', 'k', index)))
    await waitUntil('the lag', async () => (await member.lag()) === 3)
    assert.deepEqual(seen, [])
    member.resume()
    await Promise.all(published)
    await waitUntil('all', () => seen.length === 3)
    assert.deepEqual(seen, [0, 1, 2])
    assert.equal(await member.lag(), 0)
  })
}

function proveEnds(create: CreateBus): void {
  it('one key that hangs holds up no other', async (t) => {
    const { bus } = await create(t)
    const seen: string[] = []
    const gate = Promise.withResolvers<void>()
    await bus.subscribe({ group: 'g', topics: ['a'] }, async (event) => {
      if (event.key === 'slow') await gate.promise
      seen.push(event.key)
    })
    const slow = bus.publish(makeEvent('a', 'slow', 0))
    await bus.publish(makeEvent('a', 'quick', 0))
    assert.deepEqual(seen, ['quick'])
    gate.resolve()
    await slow
  })

  it('takes nothing once closed', async (t) => {
    const { bus } = await create(t)
    await bus.close()
    await assert.rejects(bus.publish(makeEvent('a', 'k', 0)), { code: 'unavailable' })
  })
}

function makeEvent(topic: string, key: string, index: number): BusEvent {
  return { id: randomUUID(), topic, key, payload: index, headers: { requestId: `r${index}` } }
}
