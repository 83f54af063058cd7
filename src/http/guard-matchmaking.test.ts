/** The matchmaking gate in front of a real Colyseus on a real port. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { matchMaker } from '@colyseus/core'
import { Client } from '@colyseus/sdk'

import { matchmake, signIn, startTestApp } from '../testing/start-test-app.ts'
import type { Seat } from './matchmaking-routes.ts'

const WIDE = {
  GUESTS_PER_ADDRESS_PER_MIN: '100000',
  MATCHMAKES_PER_ADDRESS_PER_MIN: '100000',
  SOCKETS_PER_ADDRESS_MAX: '10000',
}

async function seatOf(answer: Response): Promise<Seat> {
  assert.equal(answer.status, 200, await answer.clone().text())
  return (await answer.json()) as Seat
}

function roomCount(): number {
  return matchMaker.stats.local.roomCount
}

describe('matchmaking', () => {
  it('a stock SDK client signs in by token, joins and leaves', async (t) => {
    const { url } = await startTestApp(t)
    const client = new Client(url)
    client.auth.token = await signIn(url)
    const room = await client.joinOrCreate('battlefield', { map: 'duel', mode: 'duel' })
    assert.equal(room.name, 'battlefield')
    assert.equal(roomCount(), 1)
    await room.leave()
  })

  it('[B-01] no method gives a seat without, with a broken or with a foreign token', async (t) => {
    const { url } = await startTestApp(t)
    const methods = ['create', 'join', 'joinOrCreate', 'joinById', 'reconnect']
    const foreign = 'eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJ4In0.c2ln'
    for (const method of methods) {
      for (const token of [undefined, 'broken', foreign]) {
        const request = token === undefined ? {} : { token }
        const answer = await matchmake(url, `${method}/battlefield`, request)
        assert.equal(answer.status, 401, `${method} with ${token}`)
      }
    }
    assert.equal(roomCount(), 0)
  })

  it('[B-02] one user is stopped at the limit, with Retry-After, and owns two rooms at most', async (t) => {
    const { url } = await startTestApp(t, { MATCHMAKES_PER_USER_PER_MIN: '20' })
    const token = await signIn(url)
    const statuses: number[] = []
    for (let count = 0; count < 40; count++) {
      const answer = await matchmake(url, 'create/battlefield', { token })
      statuses.push(answer.status)
      if (answer.status !== 429) continue
      assert.ok(Number(answer.headers.get('retry-after')) >= 1)
    }
    assert.equal(statuses.filter((status) => status === 200).length, 2)
    assert.ok(roomCount() <= 2)
    assert.equal(statuses.at(-1), 429)
  })

  it('[B-05] fifty seats of one user are one seat, and others join at once', async (t) => {
    const { url } = await startTestApp(t, WIDE)
    const token = await signIn(url)
    const seats: Seat[] = []
    for (let count = 0; count < 50; count++) {
      seats.push(await seatOf(await matchmake(url, 'joinOrCreate/battlefield', { token })))
    }
    assert.equal(new Set(seats.map((seat) => seat.roomId)).size, 1)
    const [listing] = await matchMaker.query({ roomId: seats[0]!.roomId })
    assert.equal(listing?.clients, 1, 'one live seat')
    const other = await seatOf(
      await matchmake(url, 'joinOrCreate/battlefield', { token: await signIn(url) }),
    )
    assert.equal(other.roomId, seats[0]!.roomId)
  })

  it('[B-07] a herd fills battles and never overfills one', async (t) => {
    const { url } = await startTestApp(t, { ...WIDE, PLAYERS_MAX: '8', SPECTATORS_MAX: '0' })
    const tokens = await Promise.all(Array.from({ length: 40 }, () => signIn(url)))
    const answers = await Promise.all(
      tokens.map((token) => matchmake(url, 'joinOrCreate/battlefield', { token })),
    )
    const seats = await Promise.all(answers.map(seatOf))
    const byRoom = Map.groupBy(seats, (seat) => seat.roomId)
    for (const [roomId, members] of byRoom) assert.ok(members.length <= 8, roomId)
    assert.ok(byRoom.size <= 6, `${byRoom.size} rooms for 40 players of 8`)
  })

  it('refuses rooms that are not ours and ids that are no room', async (t) => {
    const { url } = await startTestApp(t)
    const token = await signIn(url)
    for (const path of ['joinOrCreate/lobby', 'create/home', 'joinById/nosuchroom', 'join/x']) {
      const answer = await matchmake(url, path, { token })
      assert.equal(answer.status, 404, path)
    }
    assert.equal((await matchmake(url, 'getAvailableRooms/battlefield', { token })).status, 400)
    assert.equal((await matchmake(url, 'join/battlefield', { token })).status, 503, 'none runs')
    assert.equal(roomCount(), 0)
  })

  it('[B-03] a mode or map that does not exist is a wrong request, and opens no battle', async (t) => {
    const { url } = await startTestApp(t)
    const token = await signIn(url)
    for (const wish of [{ mode: 'xyz' }, { mode: 'duel', map: 'front' }, { map: 'nowhere' }]) {
      for (const method of ['join', 'joinOrCreate', 'create']) {
        const body = JSON.stringify(wish)
        const answer = await matchmake(url, `${method}/battlefield`, { token, body })
        assert.equal(answer.status, 400, `${method} ${body}`)
        assert.match(await answer.text(), /There is no such mode and map/)
      }
    }
    assert.equal(roomCount(), 0)
  })

  it('says 503 with Retry-After when the process has its rooms', async (t) => {
    const { url } = await startTestApp(t, { ...WIDE, ROOMS_MAX: '1' })
    await seatOf(await matchmake(url, 'create/battlefield', { token: await signIn(url) }))
    const answer = await matchmake(url, 'create/battlefield', { token: await signIn(url) })
    assert.equal(answer.status, 503)
    assert.ok(Number(answer.headers.get('retry-after')) >= 1)
  })

  it('[C-07] gives no seat any more once the drain began', async (t) => {
    const { url, app } = await startTestApp(t)
    await app.store.database.ready
    assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 200)
    const token = await signIn(url)
    app.beginDrain(30)
    const answer = await matchmake(url, 'joinOrCreate/battlefield', { token })
    assert.equal(answer.status, 503)
    assert.equal(((await answer.json()) as { code: string }).code, 'draining')
    assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 503)
    assert.equal((await fetch(`${app.opsUrl}/livez`)).status, 200)
  })

  it('[B-13] a reconnection token works for its own user only', async (t) => {
    const { url } = await startTestApp(t, WIDE)
    const client = new Client(url)
    client.auth.token = await signIn(url)
    const room = await client.joinOrCreate('battlefield')
    room.reconnection.enabled = false
    const [roomId = '', reconnectionToken = ''] = room.reconnectionToken.split(':')
    const path = `reconnect/${roomId}`
    const options = { reconnectionToken }
    const thief = await matchmake(url, path, { token: await signIn(url), options })
    assert.equal(thief.status, 404)
    const guess = await matchmake(url, path, {
      token: client.auth.token,
      options: { reconnectionToken: 'guess' },
    })
    assert.equal(guess.status, 404)
    assert.equal(room.connection.isOpen, true, 'the attempts did not disturb the player')
    const own = await seatOf(await matchmake(url, path, { token: client.auth.token, options }))
    assert.equal(own.sessionId, room.sessionId)
  })

  it('[F-11] leaves no token in the log', async (t) => {
    const { url, logs } = await startTestApp(t, { LOG_LEVEL: 'trace' })
    const client = new Client(url)
    const token = await signIn(url)
    client.auth.token = token
    const room = await client.joinOrCreate('battlefield')
    const { reconnectionToken } = room
    await room.leave()
    await matchmake(url, 'joinOrCreate/battlefield', { token: `${token}x` })
    const secrets = [token, token.split('.')[2]!, reconnectionToken.split(':')[1]!]
    assert.ok(
      logs.some((line) => line.includes('client joined')),
      'the log tells of it',
    )
    for (const line of logs) {
      for (const secret of secrets) assert.ok(!line.includes(secret), line)
    }
  })

  it('[H-05] a battle short of time takes nobody new, and none is opened beside it', async (t) => {
    let busyShare = 0
    const { url } = await startTestApp(t, WIDE, {
      arrangeRooms: (ports) => ({ ...ports, processBusyShare: () => busyShare }),
    })
    const token = await signIn(url)
    const seat = await seatOf(await matchmake(url, 'joinOrCreate/battlefield', { token }))
    busyShare = 1
    await untilOverloaded(seat.roomId, true)
    const paths = ['joinOrCreate/battlefield', 'create/battlefield', `joinById/${seat.roomId}`]
    for (const path of paths) {
      for (const spectate of [false, true]) {
        const stranger = await signIn(url)
        const answer = await matchmake(url, path, { token: stranger, options: { spectate } })
        assert.equal(answer.status, 503, path)
        assert.equal(Number(answer.headers.get('retry-after')), 10)
        const { code, detail } = (await answer.json()) as { code: string; detail: string }
        assert.equal(code, 'overloaded', path)
        assert.match(detail, /try again/)
      }
    }
    assert.equal(roomCount(), 1)
    busyShare = 0
    await untilOverloaded(seat.roomId, false)
    await seatOf(await matchmake(url, 'joinOrCreate/battlefield', { token: await signIn(url) }))
  })
})

/** Waits until the matchmaker knows. */
async function untilOverloaded(roomId: string, wanted: boolean): Promise<void> {
  for (let look = 0; look < 300; look++) {
    const [listing] = await matchMaker.query({ roomId })
    if ((listing?.metadata as { overloaded?: boolean } | undefined)?.overloaded === wanted) return
    await delay(10)
  }
  assert.fail(`the battle was never listed as overloaded: ${String(wanted)}`)
}
