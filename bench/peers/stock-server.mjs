/** Stock Colyseus: every soldier in a MapSchema, patched to everybody 20 times a second. */
import { Room } from '@colyseus/core'
import { schema, t } from '@colyseus/schema'
import { readOptions } from '../servers/bench-talk.ts'
import { PeerWalk } from './peer-walk.mjs'
import { TickRecorder } from '../servers/tick-recorder.ts'
import { startTicks } from '../servers/tick-timer.ts'
import { readInputs } from './read-inputs.mjs'
import { startColyseus } from './start-colyseus.mjs'

const Soldier = schema(
  {
    x: t.float32().default(0),
    z: t.float32().default(0),
    yaw: t.uint16().default(0),
    hp: t.uint8().default(0),
    team: t.uint8().default(0),
    weapon: t.uint8().default(0),
    flags: t.uint8().default(0),
  },
  'Soldier',
)
const State = schema({ soldiers: t.map(Soldier) }, 'State')

const { cells, players, tickRateHz } = readOptions()
const recorder = new TickRecorder()
const walk = new PeerWalk(cells)

class StockRoom extends Room {
  maxClients = players + 10
  // The tick below patches, so that a patch never waits for a timer of its own.
  patchRate = null
  state = new State()
  walkers = new Map()

  onCreate() {
    this.onMessageBytes(2, (client, bytes) => {
      const walker = this.walkers.get(client.sessionId)
      if (walker !== undefined) readInputs(bytes, (command) => walk.steer(walker, command))
    })
    startTicks(1000 / tickRateHz, () => {
      recorder.begin()
      walk.step()
      recorder.endPhase('step')
      this.broadcastPatch()
      recorder.endPhase('patch')
      recorder.end()
    })
  }

  onJoin(client) {
    const soldier = new Soldier()
    this.walkers.set(client.sessionId, walk.add(soldier))
    this.state.soldiers.set(client.sessionId, soldier)
  }

  onLeave(client) {
    const walker = this.walkers.get(client.sessionId)
    if (walker !== undefined) walk.remove(walker)
    this.walkers.delete(client.sessionId)
    this.state.soldiers.delete(client.sessionId)
  }
}

await startColyseus(StockRoom, recorder)
