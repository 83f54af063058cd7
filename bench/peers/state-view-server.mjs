/**
 * Stock Colyseus with interest: a StateView per client that holds the soldiers of the 3×3 block of
 * 64 m cells around it, changed only when somebody crosses a border.
 */
import { Room } from '@colyseus/core'
import { StateView, schema, t } from '@colyseus/schema'
import { readOptions } from '../servers/bench-talk.ts'
import { PeerWalk } from './peer-walk.mjs'
import { TickRecorder } from '../servers/tick-recorder.ts'
import { startTicks } from '../servers/tick-timer.ts'
import { readInputs } from './read-inputs.mjs'
import { startColyseus } from './start-colyseus.mjs'

const CELL_METRES = 64
/** As ours: a soldier leaves its cell only when this far outside (m). */
const HYSTERESIS_METRES = 2

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
const State = schema({ soldiers: t.map(Soldier).view() }, 'State')

const { cells, players, tickRateHz } = readOptions()
const recorder = new TickRecorder()
const walk = new PeerWalk(cells)

class ViewRoom extends Room {
  maxClients = players + 10
  patchRate = null
  state = new State()
  /** By session: soldier, client, column and row of its cell. */
  people = new Map()
  grid = Array.from({ length: cells * cells }, () => new Set())

  onCreate() {
    this.onMessageBytes(2, (client, bytes) => {
      const person = this.people.get(client.sessionId)
      if (person !== undefined) readInputs(bytes, (command) => walk.steer(person.walker, command))
    })
    startTicks(1000 / tickRateHz, () => {
      recorder.begin()
      walk.step()
      for (const person of this.people.values()) this.follow(person)
      recorder.endPhase('step')
      this.broadcastPatch()
      recorder.endPhase('patch')
      recorder.end()
    })
  }

  onJoin(client) {
    const soldier = new Soldier()
    const walker = walk.add(soldier)
    this.state.soldiers.set(client.sessionId, soldier)
    client.view = new StateView()
    const column = Math.floor(soldier.x / CELL_METRES)
    const row = Math.floor(soldier.z / CELL_METRES)
    const person = { client, soldier, walker, column, row }
    this.people.set(client.sessionId, person)
    this.grid[row * cells + column].add(person)
    for (const other of this.around(column, row)) {
      client.view.add(other.soldier)
      if (other !== person) other.client.view.add(soldier)
    }
  }

  onLeave(client) {
    const person = this.people.get(client.sessionId)
    if (person === undefined) return
    walk.remove(person.walker)
    this.people.delete(client.sessionId)
    this.grid[person.row * cells + person.column].delete(person)
    this.state.soldiers.delete(client.sessionId)
  }

  follow(person) {
    const { soldier, column, row } = person
    if (isWithin(soldier.x, column) && isWithin(soldier.z, row)) return
    person.column = Math.min(cells - 1, Math.floor(soldier.x / CELL_METRES))
    person.row = Math.min(cells - 1, Math.floor(soldier.z / CELL_METRES))
    this.grid[row * cells + column].delete(person)
    this.grid[person.row * cells + person.column].add(person)
    const before = new Set(this.around(column, row))
    const after = new Set(this.around(person.column, person.row))
    for (const other of before) {
      if (other === person || after.has(other)) continue
      person.client.view.remove(other.soldier)
      other.client.view.remove(soldier)
    }
    for (const other of after) {
      if (other === person || before.has(other)) continue
      person.client.view.add(other.soldier)
      other.client.view.add(soldier)
    }
  }

  *around(column, row) {
    for (let z = Math.max(0, row - 1); z <= Math.min(cells - 1, row + 1); z++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(cells - 1, column + 1); x++) {
        yield* this.grid[z * cells + x]
      }
    }
  }
}

function isWithin(at, cell) {
  const from = cell * CELL_METRES
  return at >= from - HYSTERESIS_METRES && at < from + CELL_METRES + HYSTERESIS_METRES
}

await startColyseus(ViewRoom, recorder)
