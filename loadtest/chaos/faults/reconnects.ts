/** B-13: coming back within and after the grace, with a wrong token, twice at once, as a thief. */
import {
  readLeanHead,
  readMessageName,
  RoomCode,
  findMessageNumber,
} from '../../bots/lean-protocol.ts'
import {
  isSeated,
  openSeat,
  seatPath,
  signIn,
  takeSeat,
  type BattleUser,
  type Joined,
  type Seat,
} from '../battle-user.ts'
import { callHttp, type HttpAnswer } from '../call-http.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import { RawLink, type Target } from '../raw-link.ts'
import { pause } from '../rogue.ts'

const GRACE_MS = 30_000
/** A soldier without commands stands still; he may have been pushed to a free spot (m). */
const MOVED_METRES_MAX = 0.01

interface Seen {
  netId: number
  x: number
  z: number
}

interface Player extends Joined {
  readonly seen: Seen
}

async function play(
  target: Target,
  user: BattleUser,
  seat: Seat,
  query: Readonly<Record<string, string>> = {},
): Promise<Player> {
  const seen: Seen = { netId: -1, x: Number.NaN, z: Number.NaN }
  const head = { tick: 0, hasPosition: false, x: 0, z: 0 }
  const onMessage = (frame: Buffer) => {
    if (frame[0] === RoomCode.data && readMessageName(frame) === 'welcome') {
      seen.netId = findMessageNumber(frame, 'netId') ?? -1
    }
    if (frame[0] !== RoomCode.bytes || !readLeanHead(frame.subarray(2), head)) return
    if (head.hasPosition) Object.assign(seen, { x: head.x, z: head.z })
  }
  const joined = await openSeat(target, user, seat, { onMessage, query })
  await pause(600)
  return { ...joined, seen }
}

function askReconnect(
  target: Target,
  user: BattleUser,
  roomId: string,
  reconnectionToken: string,
): Promise<HttpAnswer> {
  return callHttp({
    target,
    address: user.address,
    path: `/matchmake/reconnect/${roomId}`,
    method: 'POST',
    headers: { authorization: `Bearer ${user.accessToken}` },
    body: JSON.stringify({ reconnectionToken }),
  })
}

/** How many of two sockets that come back at once, to a seat that waits for them, stay. */
async function comeBackTwice(target: Target, lost: Player): Promise<number> {
  const { user, seat, reconnectionToken } = lost
  const granted = await askReconnect(target, user, seat.roomId, reconnectionToken)
  const again = granted.status === 200 ? (JSON.parse(granted.text) as Seat) : seat
  const path = seatPath(again, user.accessToken, { reconnectionToken })
  const links = [1, 2].map(() => new RawLink({ target, address: user.address }))
  await Promise.all(links.map((link) => isSeated(link, path)))
  await pause(300)
  const stayed = links.filter((link) => !link.isEnded).length
  for (const link of links) link.destroy()
  return stayed
}

/** Users who lose their connection and come back over two sockets at once. */
async function countWrongPairs(lab: ChaosLab, target: Target): Promise<number> {
  let wrong = 0
  for (let pair = 0; pair < lab.pick(30, 8); pair++) {
    const user = await signIn(target, `127.36.1.${pair + 1}`)
    const lost = await play(target, user, await takeSeat(target, user))
    lost.link.destroy()
    await pause(200)
    if ((await comeBackTwice(target, lost)) !== 1) wrong++
  }
  return wrong
}

async function run(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  const [user, thief] = [await signIn(target, '127.36.0.1'), await signIn(target, '127.36.0.2')]
  const first = await play(target, user, await takeSeat(target, user))
  const { roomId } = first.seat
  first.link.destroy()
  await pause(300)
  const refusals = [
    await askReconnect(target, user, roomId, 'wrong-token'),
    await askReconnect(target, user, roomId, '__proto__'),
    await askReconnect(target, user, 'noRoom999', first.reconnectionToken),
    await askReconnect(target, thief, roomId, first.reconnectionToken),
  ].filter(({ status }) => status === 404 || status === 401 || status === 403)
  const stolen = new RawLink({ target, address: thief.address })
  const { reconnectionToken } = first
  await stolen.upgrade(seatPath(first.seat, thief.accessToken, { reconnectionToken }))
  const theft = await stolen.ended
  const granted = await askReconnect(target, user, roomId, reconnectionToken)
  const seat = JSON.parse(granted.text) as Seat
  const robber = new RawLink({ target, address: thief.address })
  const robbed = await isSeated(robber, seatPath(seat, thief.accessToken, { reconnectionToken }))
  robber.destroy()
  const second = await play(target, user, seat, { reconnectionToken })
  const moved = Math.hypot(second.seen.x - first.seen.x, second.seen.z - first.seen.z)
  second.link.destroy()
  await pause(300)
  const stale = await askReconnect(target, user, roomId, reconnectionToken)
  const wrongPairs = await countWrongPairs(lab, target)
  const figures = [
    figure('B-13 wrong, foreign and stolen tokens refused', refusals.length, 4, {
      unit: 'requests',
      better: 'higher',
    }),
    mustHold('B-13 a thief is closed at the socket', theft.code >= 4000),
    mustHold('B-13 nor does he get the seat that waits for its owner', !robbed),
    mustHold('B-13 the owner comes back', granted.status === 200),
    mustHold('B-13 to the same soldier', second.seen.netId === first.seen.netId),
    figure('B-13 moved meanwhile', moved, MOVED_METRES_MAX, { unit: 'm' }),
    mustHold('B-13 a used token is worthless', stale.status >= 400),
    mustBeZero('B-13 pairs that came at once of which not exactly one stayed', wrongPairs),
  ]
  return lab.isSmall ? figures : [...figures, ...(await afterGrace(lab, target))]
}

async function afterGrace(lab: ChaosLab, target: Target): Promise<Figure[]> {
  const user = await signIn(target, '127.36.0.3')
  const player = await play(target, user, await takeSeat(target, user))
  player.link.destroy()
  await lab.wait(GRACE_MS + 1500)
  const late = await askReconnect(target, user, player.seat.roomId, player.reconnectionToken)
  const link = new RawLink({ target, address: user.address })
  const { reconnectionToken } = player
  await link.upgrade(seatPath(player.seat, user.accessToken, { reconnectionToken }))
  const { code } = await link.ended
  return [
    mustBeZero('B-13 reconnections after the grace', late.status === 200 ? 1 : 0),
    mustHold('B-13 nor at the socket', code >= 4000),
  ]
}

/** The row. */
export const reconnects: Fault = {
  id: 'B-13',
  title: 'coming back: the same soldier, exactly one session, nobody else',
  group: 'B',
  isApart: true,
  isSmall: true,
  run,
}
