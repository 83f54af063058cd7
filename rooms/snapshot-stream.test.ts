/**
 * What clients decode from the room's bytes is what the server knows: over real sockets, through a
 * pause that makes the room skip, and after coming back.
 */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { assertDefined } from '@battalion/base/assert.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { RawFrame, connectRaw, openRawClient } from '@battalion/testkit/raw-client.ts'
import type { RawClient } from '@battalion/testkit/raw-client.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'
import { SnapshotDecoder } from '@battalion/wire/snapshot-decoder.ts'
import { matchMaker } from '@colyseus/core'
import type { BattlefieldRoom } from './battlefield-room.ts'

/** Half a step of 1/16 m, and float rounding. */
const PLACE_METRES_MAX = 1 / 32 + 0.001

/** Feeds a decoder with a client's snapshot frames. */
function follow(client: RawClient, decoder: SnapshotDecoder): { faults: string[]; frames: number } {
  const seen = { faults: [] as string[], frames: 0 }
  const take = (frame: Buffer) => {
    if (frame[0] !== RawFrame.bytes || frame[1] !== 1) return
    seen.frames++
    const result = decoder.apply(frame.subarray(2))
    if (!result.ok) seen.faults.push(result.reason)
  }
  for (const frame of client.frames) take(frame)
  client.socket.on('message', take)
  return seen
}

function isInBlock(cellsX: number, cell: number, centre: number): boolean {
  const dx = (cell % cellsX) - (centre % cellsX)
  const dz = Math.floor(cell / cellsX) - Math.floor(centre / cellsX)
  return Math.abs(dx) <= 1 && Math.abs(dz) <= 1
}

function roomOf(client: RawClient): BattlefieldRoom {
  return matchMaker.getLocalRoomById(client.seat.roomId) as BattlefieldRoom
}

/** Everybody walks a little, each his own way, and stands again. */
async function walk(clients: readonly RawClient[], firstSeq: number): Promise<void> {
  const out = new Uint8Array(64)
  for (const [index, client] of clients.entries()) {
    for (let seq = firstSeq; seq < firstSeq + 4; seq++) {
      const moving = { moveX: 60 * (index - 1), moveZ: 50, yaw: (1000 * (index + seq)) & 0xffff }
      const end = encodeInputs([{ ...createCommand(), seq, ...moving }], out, 0)
      client.send(RawFrame.bytes, 2, ...out.subarray(0, end))
    }
  }
  const { soldiers, slotsUsed } = roomOf(clients[0]!).session.match.world
  const isDone = () => {
    const acks = Array.from(soldiers.ackSeq.subarray(0, slotsUsed))
    return acks.filter((ack) => ack === firstSeq + 3).length === clients.length
  }
  await until(isDone, 'all commands are carried out')
}

async function assertSame(client: RawClient, decoder: SnapshotDecoder): Promise<void> {
  const { world } = roomOf(client).session.match
  const { soldiers } = world
  const from = world.tick
  await until(() => decoder.tick > from && !decoder.isLost, 'a snapshot of the standing world')
  for (let netId = 0; netId < world.slotsUsed; netId++) {
    if (soldiers.state[netId] !== 1) continue
    const isNear = isInBlock(world.map.cellsX, soldiers.cell[netId]!, decoder.centreCell)
    const isKnown = decoder.entities.ids.subarray(0, decoder.entities.count).includes(netId)
    assert.equal(isKnown, isNear, `[E-11] soldier ${netId} is known when he is near`)
    if (!isNear) continue
    assert.ok(Math.abs(decoder.entities.x[netId]! - soldiers.px[netId]!) <= PLACE_METRES_MAX)
    assert.ok(Math.abs(decoder.entities.z[netId]! - soldiers.pz[netId]!) <= PLACE_METRES_MAX)
    assert.equal(decoder.entities.hp[netId], soldiers.hp[netId])
    assert.equal(decoder.entities.team[netId], soldiers.team[netId])
  }
}

describe('snapshot stream', () => {
  let server: RoomServer
  before(async () => {
    const balance = sampleBalance({ mode: { warmupSec: 600, tickRateHz: 60 } })
    const limits = { snapshotSkipBytes: 4000, undrainedMsMax: 20_000 }
    server = await startRoomServer({ balance, limits })
  })
  after(async () => await server.stop())

  it('[I-14] decodes to the server state, after skipped snapshots and after coming back', async () => {
    const options = { joinOptions: { mode: server.ports.balance().modes[0]!.id } }
    const ids = ['ann', 'bob', 'cid']
    const clients = await Promise.all(
      ids.map((userId) => openRawClient(server, { userId, ...options })),
    )
    const ann = assertDefined(clients[0], 'ann is in')
    const map = roomOf(ann).session.match.world.map.map
    const decoder = new SnapshotDecoder(map)
    const seen = follow(ann, decoder)
    await walk(clients, 1)
    await assertSame(ann, decoder)
    assert.deepEqual(seen.faults, [])

    const viewer = roomOf(ann).session.roster.all.find((one) => one.isReceiving)!
    viewer.viewer.needKey = true
    const skipped = server.countOf('patchSkipped', 'slow')
    let patchCount = 0
    ann.socket.pause()
    await until(
      () => {
        const client = roomOf(ann).clients.get(ann.seat.sessionId)!
        if (server.ports.sockets.bufferedBytes(client) < 4000) {
          roomOf(ann).state.map = String(patchCount++ % 10).repeat(100_000)
          roomOf(ann).broadcastPatch()
        }
        return server.countOf('patchSkipped', 'slow') > skipped + 3
      },
      'snapshots are skipped',
      8000,
    )
    await walk(clients, 100)
    ann.socket.resume()
    await assertSame(ann, decoder)
    assert.deepEqual(seen.faults, [])

    const reconnectionToken = ann.reconnectionToken()
    ann.socket.terminate()
    await walk(clients.slice(1), 200)
    const again = connectRaw(server, ann.seat, { userId: 'ann' }, { reconnectionToken })
    await again.joined
    decoder.reset(map)
    const later = follow(again, decoder)
    await assertSame(again, decoder)
    assert.deepEqual(later.faults, [])
    assert.deepEqual(server.errors, [])
    for (const client of [again, ...clients.slice(1)]) client.send(RawFrame.leave)
  })
})
