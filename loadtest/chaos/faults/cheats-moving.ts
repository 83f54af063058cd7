/** E-01, E-02, E-05, E-07: inputs that want to move faster, elsewhere, twice or not at all. */
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { LifeState } from '@battalion/sim/world.ts'
import { askSeat, signIn, takeSeat, type Seat } from '../battle-user.ts'
import { callHttp } from '../call-http.ts'
import type { ChaosLab } from '../chaos-lab.ts'
import { figure, mustBeZero, mustHold, type Fault, type Figure } from '../fault.ts'
import { Fighter, type OwnRow } from '../fighter.ts'
import { NUMBER_EDGES, packText } from '../hostile-msgpack.ts'
import { endWithin, isDueClose, joinRogue, pause } from '../rogue.ts'

const BLOCK = 40
const TICKS_PER_SEC = 20
const SPRINT = 8
/** 1.02 of faults.md, and one step for the ends of the window. */
const SLACK_RATIO = 1.02

async function enter(lab: ChaosLab, address: string): Promise<Fighter> {
  const { target } = await lab.server()
  const user = await signIn(target, address)
  const fighter = new Fighter()
  await fighter.join(target, user, await takeSeat(target, user))
  await untilAlive(fighter)
  return fighter
}

async function untilAlive(fighter: Fighter): Promise<void> {
  for (let waited = 0; waited < 200; waited++) {
    if (fighter.decoder.own.state === LifeState.alive) return
    await pause(50)
  }
}

/** Farthest way within any second of battle (m), lives apart. */
function farthestInASecond(rows: readonly OwnRow[]): number {
  let farthest = 0
  for (let from = 0; from < rows.length; from++) {
    const first = rows[from]!
    let way = 0
    for (let to = from + 1; to < rows.length; to++) {
      const [last, row] = [rows[to - 1]!, rows[to]!]
      const isSameLife = row.life === first.life && row.state === LifeState.alive
      if (!isSameLife || row.tick - first.tick > TICKS_PER_SEC) break
      way += Math.hypot(row.x - last.x, row.z - last.z)
    }
    farthest = Math.max(farthest, way)
  }
  return farthest
}

function topSpeed(fighter: Fighter): number {
  const { classes } = fighter.balance
  return Math.max(...classes.map((one) => one.walkMetresPerSec * one.sprintRatio))
}

async function runSpeed(lab: ChaosLab): Promise<Figure[]> {
  const dice = createPrng(lab.options.seed)
  const fighter = await enter(lab, '127.40.0.1')
  const untilMs = performance.now() + lab.pick(60_000, 6000)
  let sent = 0
  while (performance.now() < untilMs && !fighter.joined.link.isEnded) {
    // Three commands in each of up to 50 frames a second: 7 times what is due.
    const move = { buttons: SPRINT, moveX: nextBelow(dice, 2) === 0 ? 127 : -127, moveZ: 127 }
    for (let frame = 0; frame < 2; frame++) fighter.sendCommands([move, move, move])
    sent += 6
    await pause(40)
  }
  const ended = fighter.joined.link.isEnded
  fighter.joined.link.destroy()
  const limit = topSpeed(fighter) * SLACK_RATIO
  const hundred = await joinRogue((await lab.server()).target, BLOCK)
  hundred.link.send(Uint8Array.from([17, 2, 100, ...Array<number>(1200).fill(0)]))
  const end = await endWithin(hundred, 2000)
  return [
    figure('E-01 commands sent', sent, null, { unit: 'commands' }),
    mustHold('E-01 within its allowance the sender stays', !ended),
    figure('E-01 farthest in any second', farthestInASecond(fighter.rows), limit, { unit: 'm' }),
    mustHold('E-01 it did move', farthestInASecond(fighter.rows) > 1),
    mustHold('E-01 100 inputs in a frame close the sender', isDueClose(end?.code ?? 0)),
    mustBeZero('E-01 frames that did not decode', fighter.faults),
  ]
}

/** The row E-01. */
export const tooManyInputs: Fault = {
  id: 'E-01',
  title: 'more inputs carry nobody further',
  group: 'E',
  isApart: true,
  isSmall: true,
  run: runSpeed,
}

async function runPosition(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  let taken = 0
  for (const name of ['position', 'move', 'teleport', 'state', 'x']) {
    const rogue = await joinRogue(target, BLOCK)
    const place = [packText('x'), Buffer.from([1]), packText('z'), Buffer.from([1])]
    const head = Buffer.concat([Buffer.from([13]), packText(name), Buffer.from([0x82])])
    rogue.link.send(Buffer.concat([head, ...place]))
    const end = await endWithin(rogue, 2000)
    if (end === undefined || !isDueClose(end.code)) taken++
  }
  const fighter = await enter(lab, '127.40.0.2')
  await pause(300)
  const { user, seat, reconnectionToken, link } = fighter.joined
  const before = fighter.rows.at(-1)!
  link.destroy()
  await pause(300)
  const granted = await callHttp({
    target,
    address: user.address,
    path: `/matchmake/reconnect/${seat.roomId}`,
    method: 'POST',
    headers: { authorization: `Bearer ${user.accessToken}` },
    body: JSON.stringify({ reconnectionToken }),
  })
  await fighter.join(target, user, JSON.parse(granted.text) as Seat, { reconnectionToken })
  await pause(600)
  const after = fighter.rows.at(-1)!
  fighter.joined.link.destroy()
  const wishes = { x: 5, z: 5, position: { x: 5, z: 5 } }
  const options = { mode: 'front', map: 'front', ...wishes }
  const smuggled = await askSeat(target, user, { options })
  return [
    mustBeZero('E-02 messages with a position accepted', taken),
    figure('E-02 moved by reconnecting', Math.hypot(after.x - before.x, after.z - before.z), 0.01, {
      unit: 'm',
    }),
    mustHold('E-02 join options with a position are refused', smuggled.status === 400),
  ]
}

/** The row E-02. */
export const positionClaims: Fault = {
  id: 'E-02',
  title: 'a position never comes from the client',
  group: 'E',
  isApart: true,
  isSmall: true,
  run: runPosition,
}

async function runReplays(lab: ChaosLab): Promise<Figure[]> {
  const dice = createPrng(lab.options.seed)
  const fighter = await enter(lab, '127.40.0.3')
  let seq = 65_400
  fighter.sendCommands([{ seq }])
  await pause(100)
  let lies = 0
  let unanswered = 0
  for (let round = 0; round < lab.pick(200, 15); round++) {
    for (let lie = 0; lie < 2; lie++) {
      const wrong = [seq, seq - 1 - nextBelow(dice, 50), seq + 1_000_000, seq + 3000, seq + 40_000]
      fighter.sendCommands([{ seq: wrong[nextBelow(dice, wrong.length)]! & 0xffff, moveX: 127 }])
      lies++
    }
    for (let honest = 0; honest < 4; honest++) {
      seq = (seq + 1) & 0xffff
      fighter.sendCommands([{ seq, moveX: -127 }])
      await pause(50)
    }
    await pause(120)
    const acked = fighter.decoder.own.ackSeq
    if (((seq - acked) & 0xffff) > 4) unanswered++
  }
  const isAlive = !fighter.joined.link.isEnded
  fighter.joined.link.destroy()
  const perTick = maxStepsPerTick(fighter.rows)
  return [
    figure('E-05 replayed, early and mad numbers sent', lies, null, { unit: 'commands' }),
    mustBeZero('E-05 rounds whose honest inputs were shut out', unanswered),
    mustHold('E-05 the client stays', isAlive),
    figure(
      'E-05 farthest in any second',
      farthestInASecond(fighter.rows),
      topSpeed(fighter) * SLACK_RATIO,
      {
        unit: 'm',
      },
    ),
    figure('E-05 most steps of way in one tick', perTick, SLACK_RATIO, { unit: 'steps' }),
  ]

  function maxStepsPerTick(rows: readonly OwnRow[]): number {
    let most = 0
    for (let index = 1; index < rows.length; index++) {
      const [last, row] = [rows[index - 1]!, rows[index]!]
      const ticks = row.tick - last.tick
      if (ticks <= 0 || row.life !== last.life || row.state !== LifeState.alive) continue
      const way = Math.hypot(row.x - last.x, row.z - last.z)
      most = Math.max(most, way / ((ticks * topSpeed(fighter)) / TICKS_PER_SEC))
    }
    return most
  }
}

/** The row E-05. */
export const replayedInputs: Fault = {
  id: 'E-05',
  title: 'each number counts once, a jump blocks nothing that follows',
  group: 'E',
  isApart: true,
  isSmall: true,
  run: runReplays,
}

/** Where a client may write a number beside inputs, which are whole numbers by their format. */
const NUMBER_FIELDS: readonly (readonly [string, string])[] = [
  ['rtt', 'id'],
  ['look', 'x'],
  ['look', 'z'],
  ['addBots', 'count'],
  ['loadout', 'classId'],
]

async function runNonFinite(lab: ChaosLab): Promise<Figure[]> {
  const { target } = await lab.server()
  const witness = await enter(lab, '127.40.0.4')
  let accepted = 0
  let sent = 0
  for (const spectate of [false, true]) {
    for (const [message, field] of NUMBER_FIELDS) {
      for (const edge of NUMBER_EDGES) {
        const options = { mode: 'front', map: 'front', spectate }
        const rogue = await joinRogue(target, BLOCK, { options })
        const fields = message === 'look' ? ['x', 'z'] : [field]
        const body = fields.flatMap((name) => [
          packText(name),
          name === field ? edge : Buffer.from([1]),
        ])
        const head = Buffer.concat([Buffer.from([13]), packText(message)])
        rogue.link.send(Buffer.concat([head, Buffer.from([0x80 | fields.length]), ...body]))
        const end = await endWithin(rogue, 2000)
        rogue.link.destroy()
        sent++
        if (end === undefined || !isDueClose(end.code)) accepted++
      }
    }
  }
  const values = witness.rows.flatMap(({ x, z }) => [x, z])
  const { entities } = witness.decoder
  for (let row = 0; row < entities.x.length; row++) values.push(entities.x[row]!, entities.z[row]!)
  witness.joined.link.destroy()
  return [
    figure('E-07 numbers that are none sent', sent, null, { unit: 'messages' }),
    mustBeZero('E-07 accepted', accepted),
    mustBeZero(
      'E-07 non-finite positions seen',
      values.filter((one) => !Number.isFinite(one)).length,
    ),
    mustBeZero('E-07 frames that did not decode', witness.faults),
  ]
}

/** The row E-07. */
export const nonFinite: Fault = {
  id: 'E-07',
  title: 'non-finite numbers never enter the world',
  group: 'E',
  isApart: true,
  isSmall: true,
  run: runNonFinite,
}
