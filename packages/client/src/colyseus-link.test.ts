/** The link over a fake room: reconnecting, closing, silence, conditioning. No socket, no clock. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { BattleLinkEvents } from './battle-link.ts'
import { ColyseusLink, SILENCE_MS_MAX } from './colyseus-link.ts'
import { LinkConditioner } from './link-conditioner.ts'
import { LINK_EVENTS_WAITING_MAX } from './link-event-queue.ts'
import { RECONNECT_GRACE_MS } from './reconnect.ts'
import { FakeRoom } from './testing/fake-room.ts'
import { StepTimers } from './testing/step-timers.ts'

const IGNORE_ALL: BattleLinkEvents = {
  snapshot: () => undefined,
  message: () => undefined,
  stateChanged: () => undefined,
  dropped: () => undefined,
  retrying: () => undefined,
  reconnected: () => undefined,
  closed: () => undefined,
}

function setUp() {
  const timers = new StepTimers()
  const room = new FakeRoom()
  const conditioner = new LinkConditioner(1)
  const now = () => timers.nowMs
  const link = new ColyseusLink({ room: room.asRoom, conditioner, timers, now })
  const log: string[] = []
  const events: BattleLinkEvents = {
    snapshot: (bytes) => void log.push(`snapshot ${[...bytes].join()}`),
    message: (type) => void log.push(type),
    stateChanged: () => void log.push('state'),
    dropped: (code) => void log.push(`dropped ${code}`),
    retrying: (attempt) => void log.push(`retrying ${attempt}`),
    reconnected: () => void log.push('reconnected'),
    closed: (code) => void log.push(`closed ${code}`),
  }
  link.listen(events)
  return { timers, room, conditioner, link, log }
}

describe('ColyseusLink', () => {
  it('[BAT-1] comes back to the same seat after a lost socket', () => {
    const { timers, room, link, log } = setUp()
    room.die(1006)
    assert.equal(link.isOpen, false)
    timers.step(200)
    assert.deepEqual(room.reconnects, [{ reconnectionToken: 'token1', skipHandshake: true }])
    room.comeBack()
    assert.equal(link.isOpen, true)
    assert.deepEqual(log, ['dropped 1006', 'retrying 1', 'reconnected'])
  })

  it('[BAT-1] tries again with the newest token, and tells once that the line dropped', () => {
    const { timers, room, log } = setUp()
    room.die(1006)
    timers.step(200)
    room.die(1006)
    timers.step(400)
    room.comeBack()
    room.die(1001)
    timers.step(200)
    assert.deepEqual(room.reconnects.at(-1), { reconnectionToken: 'token2', skipHandshake: true })
    const drops = log.filter((line) => line.startsWith('dropped'))
    assert.deepEqual(drops, ['dropped 1006', 'dropped 1001'])
  })

  it('[BAT-1] does not come back after a close with a reason of ours', () => {
    const { timers, room, log } = setUp()
    room.die(4409)
    timers.step(RECONNECT_GRACE_MS)
    assert.deepEqual(log, ['closed 4409'])
    assert.equal(room.reconnects.length, 0)
  })

  it('[BAT-1] says that the seat is lost when the grace is over or the server refuses', () => {
    const first = setUp()
    first.room.die(1006)
    first.timers.step(RECONNECT_GRACE_MS * 2)
    assert.equal(first.log.at(-1), 'closed 4003')
    const second = setUp()
    second.room.die(1006)
    second.timers.step(200)
    second.room.die(4002)
    assert.equal(second.log.at(-1), 'closed 4003')
    second.timers.step(RECONNECT_GRACE_MS)
    assert.equal(second.room.reconnects.length, 1)
  })

  it('[BAT-1] cuts a connection that has gone silent and comes back', () => {
    const { timers, room, log } = setUp()
    timers.step(SILENCE_MS_MAX / 2)
    room.arrive(1, [1])
    timers.step(SILENCE_MS_MAX * 0.9)
    assert.equal(room.closes.length, 0)
    timers.step(SILENCE_MS_MAX)
    assert.equal(room.closes[0], 4010)
    assert.ok(log.includes('dropped 4010'))
  })

  it('[BAT-1] ignores what a socket says that was given up', () => {
    const { timers, room, log } = setUp()
    const stale = room.connection.transport.ws
    room.die(1006)
    timers.step(200)
    room.comeBack()
    room.arrive(1, [9], stale)
    room.arrive(1, [5])
    assert.deepEqual(log.slice(-1), ['snapshot 5'])
    assert.ok(!log.includes('snapshot 9'))
  })

  it('[BAT-1] leaves at once while reconnecting, and tells it once', async () => {
    const { timers, room, link, log } = setUp()
    room.die(1006)
    await link.leave()
    await link.leave()
    timers.step(RECONNECT_GRACE_MS)
    assert.equal(room.reconnects.length, 0)
    assert.deepEqual(
      log.filter((line) => line.startsWith('closed')),
      ['closed 4000'],
    )
  })

  it('[BAT-1] leaves when the line dies during the good-bye, or nobody answers it', async () => {
    const dying = setUp()
    dying.room.answersLeave = false
    const left = dying.link.leave()
    dying.room.die(1006)
    await left
    const silent = setUp()
    silent.room.answersLeave = false
    const gone = silent.link.leave()
    silent.timers.step(2000)
    await gone
    assert.deepEqual([dying.log, silent.log], [['closed 4000'], ['closed 4000']])
    assert.equal(dying.timers.count + silent.timers.count, 0)
  })

  it('[BAT-2] holds frames back both ways, in order, and copies what the SDK overwrites', () => {
    const { timers, room, conditioner, link, log } = setUp()
    conditioner.configure({ latencyMs: 50 })
    const bytes = Uint8Array.of(7)
    link.sendInput(bytes)
    room.arrive(1, [1])
    room.arrive(1, [2])
    timers.step(49)
    assert.deepEqual([room.sent.length, log.length], [0, 0])
    timers.step(1)
    assert.deepEqual([...room.sent[0]!], [17, 2, 7])
    assert.deepEqual(log, ['snapshot 1', 'snapshot 2'])
    assert.deepEqual([link.bytesReceived, link.bytesSent], [6, 3])
  })

  it('[BAT-2] drops held frames with the connection they belonged to', () => {
    const { timers, room, conditioner, link, log } = setUp()
    conditioner.configure({ latencyMs: 100 })
    room.die(1006)
    link.sendInput(Uint8Array.of(1))
    timers.step(99)
    room.arrive(1, [1])
    timers.step(1)
    assert.equal(log[0], 'dropped 1006')
    timers.step(200)
    assert.ok(!log.includes('snapshot 1'))
    assert.equal(room.sent.length, 0)
  })

  it('[NET-3] starts the stream afresh when too much came before anybody listened', () => {
    const timers = new StepTimers()
    const room = new FakeRoom()
    const now = () => timers.nowMs
    const conditioner = new LinkConditioner(1)
    const link = new ColyseusLink({ room: room.asRoom, conditioner, timers, now })
    for (let count = 0; count <= LINK_EVENTS_WAITING_MAX; count++) room.arrive(1, [1])
    assert.equal(room.closes.length, 0)
    let heard = 0
    link.listen({
      ...IGNORE_ALL,
      snapshot: () => void heard++,
    })
    assert.equal(heard, LINK_EVENTS_WAITING_MAX)
    assert.deepEqual(room.closes, [4010])
  })

  it('[NET-3] gives the welcome once the first state is there too', async () => {
    const { room, link } = setUp()
    const waiting = link.waitForWelcome()
    room.message('welcome', { netId: 4 })
    assert.equal(link.state, undefined)
    room.changeState()
    assert.deepEqual(await waiting, { netId: 4 })
  })
})
