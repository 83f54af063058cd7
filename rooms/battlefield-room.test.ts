/**
 * The battle room over real sockets: joining, playing, watching, the end of a battle and the next
 * one. Clients are stock SDK clients, with no code of ours but the input codec.
 */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from '@battalion/sim/commands.ts'
import { Button } from '@battalion/sim/commands.ts'
import { COMMANDS_WAITING_MAX } from '@battalion/sim/limits.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { encodeInputs } from '@battalion/wire/input-codec.ts'
import type { BattleResult, ServerMessages } from '@battalion/wire/messages.ts'
import { matchMaker } from '@colyseus/core'
import type { Room } from '@colyseus/sdk'
import type { BattlefieldState } from '../schema/battlefield-state.ts'
import type { BattlefieldRoom } from './battlefield-room.ts'

const OBJECTIVE = { id: 'a', name: 'Alpha', x: 100, z: 100, radius: 10 }

/** A joined stock client and everything it was told. */
interface Player {
  readonly room: Room<unknown, BattlefieldState>
  readonly welcomes: ServerMessages['welcome'][]
  readonly results: BattleResult[]
  readonly notices: ServerMessages['notice'][]
  readonly rtts: number[]
  snapshotCount: number
  closedWith: number | undefined
}

async function join(
  server: RoomServer,
  userId: string,
  options: Record<string, unknown> = {},
): Promise<Player> {
  const client = server.client(userId)
  const room = await client.joinOrCreate<BattlefieldState>('battlefield', options)
  const player: Player = {
    room: room as Player['room'],
    welcomes: [],
    results: [],
    notices: [],
    rtts: [],
    snapshotCount: 0,
    closedWith: undefined,
  }
  room.onMessage('welcome', (message: ServerMessages['welcome']) => player.welcomes.push(message))
  room.onMessage('result', (message: BattleResult) => player.results.push(message))
  room.onMessage('notice', (message: ServerMessages['notice']) => player.notices.push(message))
  room.onMessage('rtt', (message: { id: number }) => player.rtts.push(message.id))
  room.onMessage(1, () => player.snapshotCount++)
  room.onLeave((code) => (player.closedWith = code))
  await until(() => player.welcomes.length > 0 && player.snapshotCount > 0, `${userId} is in`)
  return player
}

function netIdOf(player: Player): number {
  return player.welcomes.at(-1)!.netId
}

function roomOf(player: Player): BattlefieldRoom {
  return matchMaker.getLocalRoomById(player.room.roomId) as BattlefieldRoom
}

function worldOf(player: Player) {
  return roomOf(player).session.match.world
}

function sendInputs(player: Player, ...commands: Partial<Command>[]): void {
  const out = new Uint8Array(64)
  const full = commands.map((command) => ({
    seq: 1,
    buttons: 0,
    moveX: 0,
    moveZ: 0,
    yaw: 0,
    aimDistance: 0,
    viewTime: 0,
    ...command,
  }))
  player.room.sendBytes(2, out.slice(0, encodeInputs(full, out, 0)))
}

describe('battlefield room', () => {
  let server: RoomServer
  before(async () => {
    const mode = { warmupSec: 600, playersMax: 8 }
    const balance = sampleBalance({ mode, map: { objectives: [OBJECTIVE] } })
    server = await startRoomServer({ balance, limits: { spectatorsMax: 1 } })
  })
  after(async () => await server.stop())

  it('[BAT-1] a plain SDK client sees phase, score, objectives, roster and snapshot bytes', async () => {
    const ann = await join(server, 'ann', { name: '  A\u0000nn\u202e ' })
    const { state } = ann.room
    await until(() => state.roster?.size === 1, 'the roster')
    assert.equal(state.phase, 'warmup')
    assert.equal(state.teams.length, 2)
    assert.equal(state.objectives[0]?.name, 'Alpha')
    assert.equal(state.objectives[0].owner, -1)
    assert.equal(state.roster.get(String(netIdOf(ann)))?.name, 'Ann')
    assert.equal(state.tickRateHz, worldOf(ann).mode.tickRateHz)
    assert.equal(state.matchId, ann.welcomes[0]?.matchId)
    assert.deepEqual(server.errors, [])
    await ann.room.leave()
  })

  it('[BAT-3] one input frame from a client moves its soldier, and E-02 nothing else does', async () => {
    const ann = await join(server, 'ann')
    const world = worldOf(ann)
    const netId = netIdOf(ann)
    const startX = world.soldiers.px[netId]!
    sendInputs(ann, { seq: 1, moveX: 127 }, { seq: 2, moveX: 127 })
    await until(() => world.soldiers.ackSeq[netId] === 2, 'the commands')
    const moved = world.soldiers.px[netId]! - startX
    assert.ok(moved > 0, `moved ${moved} m`)
    assert.ok(moved <= 2 * world.dtSec * 12 + 0.01, `moved ${moved} m in two steps`)
    await ann.room.leave()
  })

  it('[E-01] a hundred inputs at once carry a soldier no further than their steps', async () => {
    const ann = await join(server, 'ann')
    const world = worldOf(ann)
    const netId = netIdOf(ann)
    const startX = world.soldiers.px[netId]!
    const startTick = world.tick
    for (let seq = 1; seq <= 99; seq += 3) {
      const three = [0, 1, 2].map((next) => ({
        seq: seq + next,
        moveX: 127,
        buttons: Button.sprint,
      }))
      sendInputs(ann, ...three)
    }
    await until(() => server.countOf('inputRejected', 'rate') >= 80, 'the flood')
    const floodTick = world.tick
    await until(() => world.tick >= floodTick + COMMANDS_WAITING_MAX * 2, 'what waits to be used')
    assert.ok(world.soldiers.ackSeq[netId]! > 0, 'the first of them are carried out')
    sendInputs(ann, { seq: 100 })
    await until(() => world.soldiers.ackSeq[netId] === 100, 'the next command')
    const steps = world.tick - startTick
    const metres = world.soldiers.px[netId]! - startX
    assert.ok(metres <= steps * world.dtSec * 12 * 1.02, `${metres} m in ${steps} steps`)
    await ann.room.leave()
  })

  it('[E-05] a replayed frame does nothing, a jump blocks nothing', async () => {
    const ann = await join(server, 'ann')
    const world = worldOf(ann)
    const netId = netIdOf(ann)
    const replaysBefore = server.countOf('inputRejected', 'replay')
    sendInputs(ann, { seq: 10 })
    await until(() => world.soldiers.ackSeq[netId] === 10, 'the first')
    sendInputs(ann, { seq: 10, moveX: 127 })
    sendInputs(ann, { seq: 9, moveX: 127 })
    sendInputs(ann, { seq: (10 + 1_000_000) & 0xffff, moveX: 127 })
    sendInputs(ann, { seq: 11 })
    await until(() => world.soldiers.ackSeq[netId] === 11, 'the next after the jump')
    assert.equal(server.countOf('inputRejected', 'replay'), replaysBefore + 2)
    assert.equal(server.countOf('inputRejected', 'jump'), 1)
    await ann.room.leave()
  })

  it('answers rtt, takes a class wish, refuses an unknown class and bots without a demo', async () => {
    const ann = await join(server, 'ann')
    ann.room.send('rtt', { id: 77 })
    ann.room.send('loadout', { classId: worldOf(ann).balance.classes[1]!.id })
    ann.room.send('loadout', { classId: 'wizard' })
    ann.room.send('addBots', { count: 20 })
    ann.room.send('giveUp', {})
    await until(() => ann.rtts.length > 0 && ann.notices.length === 2, 'the answers')
    assert.deepEqual(ann.rtts, [77])
    assert.deepEqual(
      ann.notices.map(({ code }) => code),
      ['unknown_class', 'not_a_demo'],
    )
    assert.equal(worldOf(ann).soldiers.classWish[netIdOf(ann)], 1)
    await ann.room.leave()
  })

  it('[BAT-5] spectators have no body, move their view, and are limited in number', async () => {
    const ann = await join(server, 'ann')
    const eve = await join(server, 'eve', { spectate: true })
    assert.equal(netIdOf(eve), 65_535)
    await until(() => ann.room.state.roster.size === 1, 'only Ann is in the roster')
    eve.room.send('look', { x: 12, z: 34 })
    const viewer = roomOf(eve).session.roster.all.find((one) => one.isSpectator)!
    await until(() => viewer.viewer.centreX === 12, 'the look')
    assert.equal(viewer.viewer.centreZ, 34)
    const second = server.client('max').joinById(eve.room.roomId, { spectate: true })
    await assert.rejects(second)
    await eve.room.leave()
    await ann.room.leave()
  })

  it('closes a spectator who sends inputs, and a client with a foreign message', async () => {
    const eve = await join(server, 'eve', { spectate: true })
    sendInputs(eve, { moveX: 127 })
    await until(() => eve.closedWith !== undefined, 'the close')
    assert.equal(eve.closedWith, 4400)
    for (const [type, message] of [
      ['rtt', { id: Number.NaN }],
      ['rtt', { id: 1, more: 1 }],
      ['loadout', { classId: 7 }],
      ['look', { x: Number.POSITIVE_INFINITY, z: 0 }],
      ['look', { x: -1e9, z: 0 }],
      ['giveUp', 'yes'],
      ['addBots', { count: 1e9 }],
      ['teleport', { x: 1, z: 1 }],
      ['*', {}],
      ['__proto__', { polluted: 1 }],
      ['constructor', {}],
      ['_$b2', {}],
    ] as const) {
      const ann = await join(server, 'ann')
      ann.room.send(type, message)
      await until(() => ann.closedWith !== undefined, `the close after ${type}`)
      assert.equal(ann.closedWith, 4400, type)
    }
    assert.equal(({} as { polluted?: number }).polluted, undefined)
    assert.deepEqual(server.errors, [])
  })

  it('[BAT-7] players join and leave a running battle without disturbing others', async () => {
    const ann = await join(server, 'ann')
    const others = await Promise.all(['b1', 'b2', 'b3'].map((id) => join(server, id)))
    await until(() => ann.room.state.roster.size === 4, 'four in the roster')
    for (const other of others) await other.room.leave()
    await until(() => ann.room.state.roster.size === 1, 'one in the roster')
    assert.equal(ann.closedWith, undefined)
    assert.equal(worldOf(ann).soldierCount, 1)
    await ann.room.leave()
  })

  it('[I-7] a full battle lets nobody in, and its listing says so', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `p${index}`)
    const players = await Promise.all(ids.map((id) => join(server, id)))
    const rooms = new Set(players.map(({ room }) => room.roomId))
    assert.equal(rooms.size, 1)
    const late = server.client('late')
    await assert.rejects(late.joinById(players[0]!.room.roomId, {}))
    await until(() => roomOf(players[0]!).metadata.players === 8, 'the listing')
    const watcher = server.client('watcher')
    const watching = await watcher.joinById(players[0]!.room.roomId, { spectate: true })
    watching.onMessage('*', () => undefined)
    await watching.leave()
    await Promise.all(players.map(({ room }) => room.leave()))
  })

  it('a second join of one user replaces the first and keeps the soldier', async () => {
    const first = await join(server, 'ann')
    const world = worldOf(first)
    const netId = netIdOf(first)
    sendInputs(first, { seq: 40_000 })
    await until(() => world.soldiers.ackSeq[netId] === 40_000, 'the first number')
    world.soldiers.score[netId] = 42
    const second = await join(server, 'ann')
    await until(() => first.closedWith !== undefined, 'the first is closed')
    assert.equal(first.closedWith, 4409)
    assert.equal(netIdOf(second), netId)
    assert.equal(world.soldiers.score[netId], 42)
    assert.equal(world.soldierCount, 1)
    sendInputs(second, { seq: 1, moveX: 127 })
    await until(() => world.soldiers.ackSeq[netId] === 1, 'a page that counts anew')
    await second.room.leave()
    await until(() => world.soldierCount === 0, 'the soldier is gone')
  })

  it('[WF25] refuses a client of another protocol version with a sentence that says so', async () => {
    const other = server.client('old').joinOrCreate('battlefield', { protocolVersion: 99 })
    await assert.rejects(other, (error: Error & { code?: number }) => {
      assert.match(error.message, /^conflict: The server speaks protocol 1/)
      return true
    })
    assert.deepEqual(server.errors, [])
  })

  it('an empty battle is disposed and counted out', async () => {
    const ann = await join(server, 'ann')
    const { roomId } = ann.room
    await ann.room.leave()
    await until(() => matchMaker.getLocalRoomById(roomId) === undefined, 'the room is gone')
    assert.deepEqual(server.errors, [])
  })
})

describe('battlefield room, from battle to battle', () => {
  let server: RoomServer
  before(async () => {
    const mode = { warmupSec: 0.1, roundSec: 0.6, endedSec: 0.2, playersMin: 1, tickRateHz: 100 }
    const balance = sampleBalance({ mode, map: { objectives: [OBJECTIVE] } })
    server = await startRoomServer({ balance })
  })
  after(async () => await server.stop())

  it('[BAT-7] ends with a row for every player, then goes on in the same room', async () => {
    const ann = await join(server, 'ann')
    const bob = await join(server, 'bob')
    const leaver = await join(server, 'leaver')
    await until(() => worldOf(ann).phase === 1, 'the battle runs')
    await leaver.room.leave()
    await until(() => ann.results.length > 0 && bob.results.length > 0, 'the result')
    const [result] = ann.results
    assert.equal(result?.matchId, ann.welcomes[0]?.matchId)
    assert.deepEqual(result?.players.map(({ name }) => name).toSorted(), [
      'Guest ann',
      'Guest bob',
      'Guest leaver',
    ])
    await until(() => ann.welcomes.length >= 2, 'the next welcome')
    assert.notEqual(ann.welcomes[1]?.matchId, ann.welcomes[0]?.matchId)
    assert.notEqual(netIdOf(ann), 65_535)
    await until(() => ann.room.state.matchId === ann.welcomes.at(-1)?.matchId, 'the state')
    await until(() => ann.room.state.roster.size === 2, 'the new roster')
    const countBefore = ann.snapshotCount
    await until(() => ann.snapshotCount > countBefore + 3, 'snapshots of the new battle')
    const reported = server.results.find(({ matchId }) => matchId === result?.matchId)
    assert.equal(reported?.players.length, 3)
    assert.equal(new Set(server.results.map(({ matchId }) => matchId)).size, server.results.length)
    assert.deepEqual(server.errors, [])
    await ann.room.leave()
    await bob.room.leave()
  })

  it('[C-07] a draining battle lets nobody new in, ends, and tells everybody', async () => {
    const ann = await join(server, 'ann')
    await until(() => worldOf(ann).phase === 1, 'the battle runs')
    const room = roomOf(ann)
    const drained = room.drain(performance.now() + 5000)
    await assert.rejects(server.client('late').joinById(ann.room.roomId, {}))
    await drained
    await until(() => ann.closedWith !== undefined, 'the close')
    assert.equal(ann.closedWith, 4460)
    assert.equal(ann.results.length >= 1, true)
  })

  it('[C-07] a drain without time closes at once', async () => {
    const ann = await join(server, 'ann')
    const startMs = performance.now()
    await roomOf(ann).drain(performance.now())
    await until(() => ann.closedWith !== undefined, 'the close')
    assert.equal(ann.closedWith, 4460)
    assert.ok(performance.now() - startMs < 500)
  })
})

describe('battlefield room, idle players', () => {
  it('sends away who changes nothing for the time allowed', async () => {
    const balance = sampleBalance({ mode: { warmupSec: 600 } })
    const server = await startRoomServer({ balance, limits: { idleKickSec: 0.5 } })
    try {
      const ann = await join(server, 'ann')
      await until(() => ann.closedWith !== undefined, 'the close')
      assert.equal(ann.closedWith, 4410)
    } finally {
      await server.stop()
    }
  })

  it('sends away a spectator who probes and never looks, and not one who looks', async () => {
    const balance = sampleBalance({ mode: { warmupSec: 600 } })
    const limits = { idleKickSec: 60, spectatorIdleKickSec: 1 }
    const server = await startRoomServer({ balance, limits })
    try {
      const absent = await join(server, 'absent', { spectate: true })
      const watcher = await join(server, 'watcher', { spectate: true })
      for (let probes = 0; probes < 60 && absent.closedWith === undefined; probes++) {
        absent.room.send('rtt', { id: probes })
        watcher.room.send('look', { x: 1, z: 1 })
        await delay(50)
      }
      assert.equal(absent.closedWith, 4410)
      assert.equal(watcher.closedWith, undefined)
    } finally {
      await server.stop()
    }
  })
})
