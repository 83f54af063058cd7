/** B-05, B-06, B-07 and B-09: hoarding, using twice, herds, guessing rooms. */
import { randomBytes } from 'node:crypto'

import { parseMetrics, sumOf } from '../../metrics-text.ts'
import {
  addressOf,
  askSeat,
  isSeated,
  joinBattle,
  openSeat,
  seatPath,
  signIn,
  takeSeat,
  type BattleUser,
  type Joined,
  type Seat,
} from '../battle-user.ts'
import { callHttp } from '../call-http.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import { RawLink } from '../raw-link.ts'
import { inLanes, whenThereIsRoom } from '../rogue.ts'

const HOARDED = 50
const HERD = 500
const HERD_SEATS = 64
const GUESSES = 1000

async function runHoarding(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  const hoarder = await signIn(target, '127.32.0.1')
  const before = sumOf(await lab.metrics(), 'battalion_seats_reserved')
  const seats: Seat[] = []
  for (let index = 0; index < HOARDED; index++) {
    const answer = await askSeat(target, hoarder)
    if (answer.status === 200) seats.push(JSON.parse(answer.text) as Seat)
  }
  const reserved = sumOf(await lab.metrics(), 'battalion_seats_reserved') - before
  const other = await joinBattle(target, '127.32.0.2')
  other.link.destroy()
  let alive = 0
  for (const seat of seats) {
    const link = new RawLink({ target, address: '127.32.0.3' })
    if (await isSeated(link, seatPath(seat, hoarder.accessToken))) alive++
    link.destroy()
  }
  return [
    figure('B-05 seats asked for and given', seats.length, null, { unit: 'seats' }),
    figure('B-05 live seats of one user', reserved, 1, { unit: 'seats' }),
    figure('B-05 hoarded seats that still opened', alive, 1, { unit: 'seats' }),
    mustHold('B-05 others join at once', other.reconnectionToken !== ''),
  ]
}

/** The row B-05. */
export const seatHoarding: Fault = {
  id: 'B-05',
  title: 'one user holds one waiting seat, however often he asks',
  group: 'B',
  isApart: true,
  isSmall: true,
  run: runHoarding,
}

/** Uses each seat three times at once, and once more later; counts what got through twice. */
async function runTwice(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  const seatCount = lab.pick(250, 40)
  let attempts = 0
  let twice = 0
  let nobody = 0
  let next = 0
  await inLanes(6, async () => {
    if (next >= seatCount) return false
    const address = addressOf(33, next++)
    const user = await signIn(target, address)
    const seat = await takeSeat(target, user)
    const path = seatPath(seat, user.accessToken)
    const links = Array.from({ length: 4 }, () => new RawLink({ target, address }))
    const atOnce = await Promise.all(links.map((link) => isSeated(link, path)))
    const late = new RawLink({ target, address })
    const open = [...atOnce, await isSeated(late, path)].filter(Boolean).length
    if (open === 0) nobody++
    attempts += links.length
    twice += Math.max(0, open - 1)
    for (const link of [...links, late]) link.destroy()
    return true
  })
  return [
    figure('B-06 attempts to use a seat again', attempts, lab.pick(1000, 160), {
      unit: 'attempts',
      better: 'higher',
    }),
    mustBeZero('B-06 seats used twice', twice),
    mustBeZero('B-06 seats that served nobody', nobody),
  ]
}

/** The row B-06. */
export const seatUsedTwice: Fault = {
  id: 'B-06',
  title: 'a seat serves its user once',
  group: 'B',
  isApart: true,
  isSmall: true,
  run: runTwice,
}

async function runHerd(lab: ChaosLab): Promise<Figure[]> {
  const server = await lab.processes.startServer({ PLAYERS_MAX: String(HERD_SEATS) })
  const { target } = server
  const herd = lab.pick(HERD, 200)
  const users = await Promise.all(
    Array.from({ length: herd }, (_, index) => signIn(target, addressOf(34, index))),
  )
  const joined: Joined[] = []
  let refused = 0
  let asked = 0
  const comeIn = async (user: BattleUser) => {
    asked++
    joined.push(await openSeat(target, user, await takeSeat(target, user)))
  }
  await Promise.all(
    users.map((user) => whenThereIsRoom(() => comeIn(user)).catch(() => void refused++)),
  )
  const perRoom = new Map<string, number>()
  for (const { seat } of joined) perRoom.set(seat.roomId, (perRoom.get(seat.roomId) ?? 0) + 1)
  const page = await callHttp({ target: server.ops, address: '127.0.0.1', path: '/metrics' })
  const rooms = sumOf(parseMetrics(page.text), 'battalion_rooms')
  for (const { link } of joined) link.destroy()
  await lab.processes.end(server.child)
  const due = Math.ceil(herd / HERD_SEATS)
  return [
    figure('B-07 seated', joined.length, herd, { unit: 'players', better: 'higher' }),
    mustBeZero('B-07 refused for good', refused),
    figure('B-07 told to come back, and did', asked - herd, null, { unit: 'joins' }),
    figure('B-07 most in one room', Math.max(...perRoom.values()), HERD_SEATS, {
      unit: 'players',
    }),
    figure('B-07 rooms', rooms, due + 1, { unit: 'rooms' }),
    figure('B-07 rooms, at least', rooms, due, { unit: 'rooms', better: 'higher' }),
  ]
}

/** The row B-07. */
export const joinHerd: Fault = {
  id: 'B-07',
  title: '500 joins at once fill rooms of 64 exactly',
  group: 'B',
  isSmall: true,
  run: runHerd,
}

async function runGuesses(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  let found = 0
  const count = lab.pick(GUESSES, 100)
  for (let first = 0; first < count; first += 50) {
    const user = await signIn(target, addressOf(35, first))
    for (let guess = 0; guess < 50; guess++) {
      const room = randomBytes(6).toString('base64url').replaceAll('-', '_').slice(0, 9)
      const { status } = await askSeat(target, user, { method: 'joinById', room, options: {} })
      if (status !== 404) found++
    }
  }
  const lists = ['/matchmake', '/matchmake/battlefield', '/matchmake/list/battlefield', '/rooms']
  let listed = 0
  for (const path of lists) {
    const answer = await callHttp({ target, address: '127.35.9.1', path })
    if (answer.status === 200) listed++
  }
  return [
    mustBeZero('B-09 guessed rooms answered otherwise than 404', found),
    mustBeZero('B-09 lists of rooms on the public port', listed),
  ]
}

/** The row B-09. */
export const roomGuesses: Fault = {
  id: 'B-09',
  title: 'rooms are not listed and not guessed (nobody can make a private one yet)',
  group: 'B',
  isApart: true,
  isSmall: true,
  run: runGuesses,
}
