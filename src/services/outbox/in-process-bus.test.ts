/** The in-process bus under the contract of every bus, and its own limit. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'node:test'

import { describeBus } from '@battalion/testkit/bus-contract.ts'
import type { BusUnderTest } from '@battalion/testkit/bus-contract.ts'

import { systemTimers } from '../../system-clock.ts'
import { createInProcessBus, EVENTS_UNDER_WAY_MAX } from './in-process-bus.ts'

describeBus('in-process', async (t) => {
  const letters: BusUnderTest['letters'] = []
  const bury = async (letter: (typeof letters)[number]) => void letters.push(letter)
  const bus = createInProcessBus({ timers: systemTimers, bury })
  t.after(() => bus.close())
  return { bus, letters }
})

const makeEvent = () => ({
  id: randomUUID(),
  topic: 'a',
  key: randomUUID(),
  payload: 0,
  headers: {},
})

it('refuses the event beyond its limit, so that the outbox keeps it', async () => {
  const bus = createInProcessBus({ timers: systemTimers, bury: async () => undefined })
  await bus.subscribe({ group: 'g', topics: ['a'] }, () => new Promise(() => undefined))
  for (let count = 0; count < EVENTS_UNDER_WAY_MAX; count++) void bus.publish(makeEvent())
  await assert.rejects(bus.publish(makeEvent()), { code: 'overloaded' })
})
