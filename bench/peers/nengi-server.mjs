/**
 * nengi 2: one spatial channel, a square view of the area of our 3×3 block around each player. Its
 * published `ws` adapter is not on npm, so a thin one stands here; its handshake is skipped, in its
 * favour.
 */
import { createServer } from 'node:http'
import nengi from 'nengi'
import buffers from 'nengi-buffers'
import { WebSocketServer } from 'ws'
import { readOptions, serveBench } from '../servers/bench-talk.ts'
import { PeerWalk } from './peer-walk.mjs'
import { TickRecorder } from '../servers/tick-recorder.ts'
import { startTicks } from '../servers/tick-timer.ts'

const { Instance, ChannelAABB2D, AABB2D, Context, Binary, NetworkEvent, User, defineSchema } = nengi
const { BufferReader, BufferWriter } = buffers
const COMMAND = 1
const SOLDIER = 2
/** Half the side of three cells (m). */
const VIEW_HALF_METRES = 96
const USER_OPEN = 3

const context = new Context()
context.register(
  COMMAND,
  defineSchema({
    seq: Binary.UInt16,
    buttons: Binary.UInt16,
    moveX: Binary.Int8,
    moveZ: Binary.Int8,
    yaw: Binary.UInt16,
    aimDistance: Binary.UInt16,
    viewTime: Binary.UInt16,
  }),
)
context.register(
  SOLDIER,
  defineSchema({
    x: Binary.Float32,
    y: Binary.Float32,
    yaw: Binary.UInt16,
    hp: Binary.UInt8,
    team: Binary.UInt8,
    weapon: Binary.UInt8,
    flags: Binary.UInt8,
  }),
)

const adapter = {
  listen: () => undefined,
  send: (user, buffer) => user.socket.send(buffer),
  disconnect: (user) => user.socket.close(),
  createBuffer: (bytes) => Buffer.allocUnsafe(bytes),
  createBufferWriter: (bytes) => BufferWriter.create(bytes),
  createBufferReader: (buffer) => new BufferReader(buffer),
}

const { cells, tickRateHz } = readOptions()
const recorder = new TickRecorder()
const walk = new PeerWalk(cells)
const instance = new Instance(context)
const space = new ChannelAABB2D(instance.localState)
instance.registerChannel(space)
/** By user: what walks, what is shown, what it sees. */
const people = new Map()

function take(event) {
  const { type, user } = event
  if (type === NetworkEvent.UserConnected) {
    const shown = {
      nid: 0,
      ntype: SOLDIER,
      x: 0,
      y: 0,
      yaw: 0,
      hp: 0,
      team: 0,
      weapon: 0,
      flags: 0,
    }
    const soldier = { x: 0, z: 0, yaw: 0, hp: 0, team: 0, weapon: 0, flags: 0 }
    const walker = walk.add(soldier)
    const view = new AABB2D(soldier.x, soldier.z, VIEW_HALF_METRES, VIEW_HALF_METRES)
    space.subscribe(user, view)
    space.addEntity(shown)
    people.set(user, { soldier, shown, walker, view })
  } else if (type === NetworkEvent.Command) {
    const person = people.get(user)
    if (person !== undefined) walk.steer(person.walker, event.command)
  } else if (type === NetworkEvent.UserDisconnected) {
    const person = people.get(user)
    if (person === undefined) return
    walk.remove(person.walker)
    space.unsubscribe(user)
    space.removeEntity(person.shown)
    people.delete(user)
  }
}

function show({ soldier, shown, view }) {
  shown.x = soldier.x
  shown.y = soldier.z
  shown.yaw = soldier.yaw
  shown.hp = soldier.hp
  shown.team = soldier.team
  shown.flags = soldier.flags
  view.x = soldier.x
  view.y = soldier.z
}

const http = createServer()
const server = new WebSocketServer({ server: http, perMessageDeflate: false })
server.on('connection', (socket) => {
  const user = new User(socket, adapter)
  instance.network.onOpen(user)
  user.connectionState = USER_OPEN
  user.instance = instance
  // Our clients send no client ticks: two messages less per frame, in its favour.
  user.lastReceivedClientTick = 0
  instance.network.onConnectionAccepted(user, {})
  socket.on('message', (data) => instance.network.onMessage(user, data))
  socket.on('close', () => instance.network.onClose(user))
})
startTicks(1000 / tickRateHz, () => {
  recorder.begin()
  while (!instance.queue.isEmpty()) take(instance.queue.next())
  walk.step()
  for (const person of people.values()) show(person)
  recorder.endPhase('step')
  instance.step()
  recorder.endPhase('snapshots')
  recorder.end()
})
http.listen(0, '127.0.0.1', () => {
  serveBench(`http://127.0.0.1:${http.address().port}`, recorder)
})
