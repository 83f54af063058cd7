/**
 * The gate against hostile clients, over real sockets, on a room that does as little as a room can.
 * Each test has an honest client beside the attacker, who must not notice.
 */
import { strict as assert } from 'node:assert'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createPrng, nextUint32 } from '@battalion/base/prng.ts'
import { RawFrame, connectRaw, openRawClient, takeRawSeat } from '@battalion/testkit/raw-client.ts'
import type { RawClient } from '@battalion/testkit/raw-client.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { schema, t } from '@colyseus/schema'
import type { SchemaType } from '@colyseus/schema'
import { matchMaker } from '@colyseus/core'
import type { Client } from '@colyseus/core'
import { z } from 'zod'
import { BaseRoom } from './base-room.ts'
import type { BaseRoomTypes } from './base-room.ts'
import type { SeatAuth } from './client-seat.ts'
import { authenticateToken } from './join-gate.ts'
import type { RoomPorts } from './ports.ts'

const TinyState = schema(
  { count: t.uint32().default(0), blob: t.string().default('') },
  'TinyState',
)
type TinyState = SchemaType<typeof TinyState>

interface TinyTypes extends BaseRoomTypes {
  state: TinyState
  metadata: unknown
}

/** What the next hook of any tiny room does instead of its work. */
const faults = new Map<string, () => unknown>()
const seen: unknown[] = []

class TinyRoom extends BaseRoom<TinyTypes> {
  left = 0

  constructor(ports: RoomPorts) {
    super(ports)
    this.state = new TinyState()
  }

  /** Test-only way to run anything inside the room's error boundary. */
  run(where: string, work: () => void): boolean {
    return this.guard(where, work)
  }

  protected open(): void {
    this.handle('say', z.strictObject({ text: z.string().max(10) }), (client, message) => {
      seen.push(message)
      faults.get('handler')?.()
      client.send('heard', message)
    })
  }
  protected mayReserve(): boolean {
    return true
  }
  protected async enter(_client: Client, _options: unknown, _auth: SeatAuth): Promise<void> {
    await faults.get('enter')?.()
  }
  protected joined(): void {}
  protected dropped(): number {
    return 0
  }
  protected returned(): void {}
  protected exit(): void {
    this.left++
    faults.get('exit')?.()
  }
  protected receiveBytes(client: Client, type: number, bytes: Uint8Array): string | undefined {
    if (type !== 2 || bytes.byteLength !== 3) return 'length'
    client.sendBytes(1, bytes)
    return undefined
  }
  protected dispose(): void {
    faults.get('dispose')?.()
  }
}

function createTinyRoom(ports: RoomPorts) {
  return class extends TinyRoom {
    constructor() {
      super(ports)
    }
    static override async onAuth(token: string): Promise<SeatAuth> {
      return await authenticateToken(ports, token)
    }
  }
}

const fail = () => {
  throw new RangeError('planted')
}

describe('base room', () => {
  let server: RoomServer
  let honest: RawClient
  let serial = 0
  const attacker = async (): Promise<RawClient> =>
    await openRawClient(server, { userId: `evil${++serial}`, roomName: 'tiny' })

  before(async () => {
    const limits = { undrainedMsMax: 600, patchSkipBytes: 200_000, terminateBytes: 400_000 }
    const rooms = { tiny: createTinyRoom }
    server = await startRoomServer({ balance: sampleBalance(), limits, rooms })
    honest = await openRawClient(server, { userId: 'honest', roomName: 'tiny' })
  })
  after(async () => await server.stop())
  beforeEach(() => {
    faults.clear()
    seen.length = 0
  })

  /** The honest client is still there and is still answered. */
  async function assertUndisturbed(): Promise<void> {
    const answers = honest.frames.length
    honest.send(RawFrame.bytes, 2, 1, 2, 3)
    await until(() => honest.frames.length > answers, 'the honest client is answered')
    assert.equal(honest.socket.readyState, honest.socket.OPEN)
  }

  function tinyRoom(): TinyRoom {
    return matchMaker.getLocalRoomById(honest.seat.roomId) as unknown as TinyRoom
  }

  const BAD_FRAMES: readonly [string, readonly number[], number][] = [
    ['an empty frame', [], 4400],
    ['an unknown code', [99], 4400],
    ['a state frame', [14, 1, 2], 4400],
    ['an input frame of defineInput', [19, 1], 4400],
    ['an unreliable input frame', [20, 1], 4400],
    ['a request frame', [21, 1, 161, 120], 4400],
    ['a modifier bit', [RawFrame.ping | 128], 4400],
    ['another modifier bit', [RawFrame.data | 64, 161, 120], 4400],
    ['a ping with a body', [RawFrame.ping, 0], 4413],
    ['a join acknowledged twice', [RawFrame.join], 4400],
    ['data without a type', [RawFrame.data], 4413],
    ['a type of another message', [RawFrame.data, 161, 120], 4400],
    ['a type longer than the frame', [RawFrame.data, 0xdb, 255, 255, 255, 255], 4400],
    ['msgpack cut short', [RawFrame.data, 0xa3, 115, 97, 121, 0x81, 0xa4], 4400],
    ['a huge array announced', [RawFrame.data, 0xa3, 115, 97, 121, 0xdd, 255, 255, 255, 255], 4400],
    ['bytes of an unknown type', [RawFrame.bytes, 9, 1, 2, 3], 4400],
    ['bytes of a wrong length', [RawFrame.bytes, 2, 1], 4400],
    ['bytes of a wide type', [RawFrame.bytes, 0xcd, 1, 1], 4400],
    ['more than a frame may hold', [RawFrame.data, ...Array<number>(1500).fill(0xc0)], 4413],
  ]
  for (const [name, bytes, code] of BAD_FRAMES) {
    it(`[A-01] closes ${name} with ${code}`, async () => {
      const evil = await attacker()
      evil.send(...bytes)
      const closed = await evil.closed
      assert.equal(closed.code, code)
      assert.ok(Buffer.byteLength(closed.reason) <= 120)
      await assertUndisturbed()
    })
  }

  it('[A-01] random and truncated frames from many connections disturb nobody', async () => {
    const prng = createPrng(4711)
    const sample = [RawFrame.data, 0xa3, 115, 97, 121, 0x81, 0xa4, 116, 101, 120, 116, 0xa1, 120]
    for (let round = 0; round < 4; round++) {
      const evils = await Promise.all(Array.from({ length: 4 }, attacker))
      for (const evil of evils) {
        for (let frame = 0; frame < 100; frame++) {
          const isCut = nextUint32(prng) % 2 === 0
          const length = isCut ? nextUint32(prng) % sample.length : nextUint32(prng) % 200
          const random = () => nextUint32(prng) & 0xff
          evil.send(...(isCut ? sample.slice(0, length) : Array.from({ length }, random)))
        }
      }
      for (const evil of evils) {
        const { code } = await evil.closed
        assert.ok(code >= 4400 && code < 4500, `closed with ${code}`)
      }
    }
    await assertUndisturbed()
    assert.deepEqual(server.errors, [])
  })

  it('[A-03] oversize messages end with 1009 and cost no memory', async () => {
    const rssBefore = process.memoryUsage().rss
    for (const size of [2049, 65_536, 16 * 1024 * 1024]) {
      const evil = await attacker()
      const sent = Buffer.alloc(size, RawFrame.ping)
      evil.socket.send(sent)
      assert.ok([1009, 1006].includes((await evil.closed).code))
    }
    assert.ok(server.countOf('frameRejected', 'protocol') >= 3)
    assert.ok(process.memoryUsage().rss - rssBefore < 64 * 1024 * 1024)
    await assertUndisturbed()
  })

  it('[A-09] text frames, pings by the thousand and odd close codes disturb nobody', async () => {
    const text = await attacker()
    text.socket.send('hello')
    assert.equal((await text.closed).code, 4400)
    for (const control of ['ping', 'pong'] as const) {
      const floods = server.countOf('disconnected', 4429, 'flood')
      const flooder = await attacker()
      for (let count = 0; count < 2000; count++) flooder.socket[control]()
      // The close frame may be lost when the kernel drops what the room no longer reads.
      assert.ok([4429, 1006].includes((await flooder.closed).code))
      // A lost close frame lets the client know before the room has finished with it.
      await until(
        () => server.countOf('disconnected', 4429, 'flood') > floods,
        `the flood of ${control}s is counted`,
      )
    }
    for (const code of [1000, 3000, 4000, 4400, 4999]) {
      const evil = await attacker()
      evil.socket.close(code, 'x'.repeat(100))
      await evil.closed
    }
    await assertUndisturbed()
    assert.deepEqual(server.errors, [])
  })

  it('[A-11] a handler sees only what its schema describes', async () => {
    const evil = await attacker()
    // {"text": "x", "__proto__": {"polluted": true}} in MessagePack
    const key = Array.from(Buffer.from('__proto__'))
    const inner = [0x81, 0xa8, ...Array.from(Buffer.from('polluted')), 0xc3]
    const body = [0x82, 0xa4, ...Array.from(Buffer.from('text')), 0xa1, 120, 0xa9, ...key, ...inner]
    evil.send(RawFrame.data, 0xa3, 115, 97, 121, ...body)
    assert.equal((await evil.closed).code, 4400)
    assert.equal(({} as { polluted?: boolean }).polluted, undefined)
    assert.deepEqual(seen, [])
  })

  it('[A-05] a flood closes its sender at once', async () => {
    const evil = await attacker()
    const startMs = performance.now()
    for (let count = 0; count < 1000; count++) evil.send(RawFrame.bytes, 2, 1, 2, 3)
    assert.equal((await evil.closed).code, 4429)
    assert.ok(performance.now() - startMs < 1000)
    await assertUndisturbed()
  })

  it('frames before the join is acknowledged are bad frames', async () => {
    const options = { userId: 'early', roomName: 'tiny', acknowledge: false }
    const early = connectRaw(server, await takeRawSeat(server, options), options)
    await early.joined
    early.send(RawFrame.bytes, 2, 1, 2, 3)
    assert.equal((await early.closed).code, 4400)
  })

  it('a join that is never acknowledged is closed and frees its seat', async () => {
    const options = { userId: 'silent', roomName: 'tiny', acknowledge: false }
    const silent = connectRaw(server, await takeRawSeat(server, options), options)
    assert.equal((await silent.closed).code, 4408)
    await until(() => tinyRoom().clients.length === 1, 'the seat is free')
  })

  it('[A-06] clients that do not read are cut off and cost others nothing', async () => {
    const rssBefore = process.memoryUsage().rss
    const stuck = await Promise.all(Array.from({ length: 5 }, attacker))
    const room = tinyRoom()
    // The kernel takes a few hundred kilobytes before the socket is full.
    for (const evil of stuck) evil.socket.pause()
    const patchesBefore = honest.frames.length
    let patchCount = 0
    await until(
      () => {
        room.state.blob = String(patchCount++).repeat(8000)
        room.broadcastPatch()
        return room.clients.length === 1
      },
      'all of them are cut off',
      10_000,
    )
    assert.ok(process.memoryUsage().rss - rssBefore < 64 * 1024 * 1024)
    assert.ok(server.countOf('disconnected', 1006, 'slow_reader') >= 5)
    await until(() => honest.frames.length >= patchesBefore + patchCount, 'the honest one got all')
    for (const evil of stuck) evil.socket.terminate()
  })

  it('[I-7] [F-09] a seat belongs to its user and is taken once', async () => {
    const mine = { userId: 'mallory', roomName: 'tiny' }
    const seat = await takeRawSeat(server, { userId: 'alice', roomName: 'tiny' })
    const thief = connectRaw(server, seat, mine)
    assert.equal((await thief.closed).code, 4401)
    const nobody = connectRaw(server, seat, { ...mine, socketToken: '' })
    assert.equal((await nobody.closed).code, 4401)
    const alice = connectRaw(server, seat, { userId: 'alice', roomName: 'tiny' })
    await alice.joined
    const again = connectRaw(server, seat, { userId: 'alice', roomName: 'tiny' })
    assert.notEqual((await again.closed).code, 1000)
    assert.equal(alice.socket.readyState, alice.socket.OPEN)
    alice.socket.terminate()
  })

  it('[B-01] matchmaking without a valid token gives no seat', async () => {
    for (const authorization of ['', 'Bearer nonsense']) {
      const response = await fetch(`${server.url}/matchmake/joinOrCreate/tiny`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: '{}',
      })
      assert.equal('sessionId' in ((await response.json()) as object), false)
    }
  })

  it('[B-05] one user holds one waiting seat, and a reservation runs out', async () => {
    const hoarder = { userId: 'hoarder', roomName: 'tiny' }
    const seats = []
    for (let count = 0; count < 10; count++) seats.push(await takeRawSeat(server, hoarder))
    const waiting = Object.keys(Reflect.get(tinyRoom(), '_reservedSeats') as object)
    assert.deepEqual(waiting, [seats.at(-1)!.sessionId])
    const stale = connectRaw(server, seats[0]!, hoarder)
    assert.ok((await stale.closed).code >= 4000)
    const live = connectRaw(server, seats.at(-1)!, hoarder)
    await live.joined
    live.socket.terminate()
  })

  it('a second join of one user closes the first with a reason', async () => {
    const first = await openRawClient(server, { userId: 'twice', roomName: 'tiny' })
    const second = await openRawClient(server, { userId: 'twice', roomName: 'tiny' })
    const closed = await first.closed
    assert.equal(closed.code, 4409)
    assert.match(closed.reason, /replaced/)
    assert.equal(second.socket.readyState, second.socket.OPEN)
    second.socket.terminate()
  })

  it('never closes with a text that ws would throw on', async () => {
    const evil = await attacker()
    tinyRoom().kickClient(evil.seat.sessionId, 4403, 'é'.repeat(500))
    const closed = await evil.closed
    assert.equal(closed.code, 4403)
    assert.equal(Buffer.byteLength(closed.reason), 120)
  })

  it('a refused join is no error of the room', async () => {
    const errorsBefore = server.errors.length
    assert.equal(server.countOf('roomCrashed'), 0)
    const seat = await takeRawSeat(server, { userId: 'foreign', roomName: 'tiny' })
    const foreign = connectRaw(server, seat, { userId: 'other', roomName: 'tiny' })
    await foreign.closed
    assert.equal(server.errors.length, errorsBefore)
  })
})

describe('base room, its own faults', () => {
  let server: RoomServer
  before(async () => {
    const rooms = { tiny: createTinyRoom, other: createTinyRoom }
    server = await startRoomServer({ balance: sampleBalance(), rooms })
  })
  after(async () => await server.stop())
  beforeEach(() => {
    faults.clear()
    server.errors.length = 0
  })

  it('[C-09] a throwing handler is counted and closes nobody else', async () => {
    const bystander = await openRawClient(server, { userId: 'by', roomName: 'other' })
    const ann = await openRawClient(server, { userId: 'ann', roomName: 'tiny' })
    faults.set('handler', fail)
    ann.send(RawFrame.data, 0xa3, 115, 97, 121, 0x81, 0xa4, 116, 101, 120, 116, 0xa1, 120)
    await until(() => server.countOf('roomError', 'onMessage') === 1, 'the error is counted')
    assert.equal(ann.socket.readyState, ann.socket.OPEN)
    ann.socket.terminate()
    bystander.send(RawFrame.bytes, 2, 1, 2, 3)
    await until(() => bystander.frames.some((frame) => frame[0] === RawFrame.bytes), 'the answer')
    bystander.socket.terminate()
  })

  for (const hook of ['enter', 'exit'] as const) {
    it(`[C-09] a throw in ${hook} stays in the room`, async () => {
      faults.set(hook, fail)
      const seat = await takeRawSeat(server, { userId: `u-${hook}`, roomName: 'tiny' })
      const client = connectRaw(server, seat, { userId: `u-${hook}`, roomName: 'tiny' })
      await Promise.race([client.joined, client.closed])
      client.socket.close()
      await client.closed
      await until(() => server.errors.length > 0, 'the error is counted')
    })
  }

  it('[C-09] three errors within a minute dispose the room, with a reason, and no other', async () => {
    const bystander = await openRawClient(server, { userId: 'by', roomName: 'other' })
    const ann = await openRawClient(server, { userId: 'ann', roomName: 'tiny' })
    const room = matchMaker.getLocalRoomById(ann.seat.roomId) as unknown as TinyRoom
    for (let count = 0; count < 3; count++) assert.equal(room.run('tick', fail), false)
    const closed = await ann.closed
    assert.equal(closed.code, 4450)
    await until(
      () => matchMaker.getLocalRoomById(ann.seat.roomId) === undefined,
      'the room is gone',
    )
    assert.equal(server.countOf('roomCrashed'), 1)
    assert.equal(bystander.socket.readyState, bystander.socket.OPEN)
    bystander.socket.terminate()
  })
})
