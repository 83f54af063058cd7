/** Joins of a home room that are given up while their state is still being read. */
import assert from 'node:assert/strict'
import { it } from 'node:test'

import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'

import { systemTimers } from '../src/system-clock.ts'
import { HomeHub } from './home-hub.ts'
import type { HomeDesk, HomeSnapshot } from './home-ports.ts'
import { createHomeRoom } from './home-room.ts'
import { HOOK_MS_MAX } from './hook-timeout.ts'

const NOTHING: HomeSnapshot = {
  channels: [],
  friends: [],
  blockedIds: [],
  isHidden: false,
  party: null,
  unreadNotifications: 0,
  stateVersion: 0,
}
/** A join is given up after this here (ms). */
const SOON_MS = 50

it('[SOC-7] who gave up joining is never online, and takes nobody’s place', async (t) => {
  const hub = new HomeHub(systemTimers, { resynced: () => undefined })
  const reading: PromiseWithResolvers<HomeSnapshot>[] = []
  const desk: HomeDesk = {
    load() {
      const next = Promise.withResolvers<HomeSnapshot>()
      reading.push(next)
      return next.promise
    },
    carryOut: () => Promise.reject(new Error('nobody says anything here')),
  }
  let isImpatient = true
  const timers: typeof systemTimers = {
    setTimeout(callback, ms) {
      const isHook = isImpatient && ms === HOOK_MS_MAX
      return systemTimers.setTimeout(callback, isHook ? SOON_MS : ms)
    },
  }
  const server = await startRoomServer({
    balance: sampleBalance(),
    ports: { timers },
    rooms: { home: (ports) => createHomeRoom(ports, { desk, hub }) },
  })
  t.after(() => server.stop())
  await assert.rejects(server.client('ada').joinOrCreate('home'))
  isImpatient = false
  const second = server.client('ada').joinOrCreate('home')
  await until(() => reading.length === 2, 'the second reading')
  reading[1]!.resolve(NOTHING)
  const room = await second
  room.onMessage('*', () => undefined)
  await until(() => hub.isHere('ada'), 'the one who is here')
  reading[0]!.resolve(NOTHING)
  await new Promise((resolve) => setImmediate(resolve))
  const heard: unknown[] = []
  room.onMessage('feed', (items) => void heard.push(items))
  hub.hear({ about: 'users', userIds: ['ada'], type: 'friend', body: {} })
  await until(() => heard.length > 0, 'what the live client hears')
  await room.leave()
  await until(() => !hub.isHere('ada'), 'nobody is here')
  assert.equal(hub.isOnline('ada'), false)
})
