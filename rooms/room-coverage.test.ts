/** Every room class of this folder stands behind the gate: the list is read, not remembered. */
import { strict as assert } from 'node:assert'
import { readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { RoomPorts } from './ports.ts'
import { BaseRoom } from './base-room.ts'
import { TEST_LIMITS } from '@battalion/testkit/room-server.ts'

const ROOM_FILE = /^(?!base-).*-room\.ts$/
/** What BaseRoom does in front of Colyseus; a room that overrode one would open the gate. */
const GATE_METHODS = [
  'onCreate',
  'onJoin',
  'onDrop',
  'onReconnect',
  'onLeave',
  'onDispose',
  'onBeforeShutdown',
  'onUncaughtException',
  'setSerializer',
]

describe('rooms', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => ROOM_FILE.test(file))

  it('there is at least one room', () => {
    assert.ok(files.includes('battlefield-room.ts'))
  })

  for (const file of files) {
    it(`${file} extends BaseRoom and overrides nothing of the gate`, async () => {
      const module = (await import(`./${file}`)) as Record<string, unknown>
      const creators = Object.entries(module).filter(([name]) => /^create\w+Room$/.test(name))
      assert.ok(creators.length > 0, `${file} exports create…Room(ports)`)
      for (const [name, create] of creators) {
        const ports = { limits: TEST_LIMITS } as RoomPorts
        const room = (create as (ports: RoomPorts) => { prototype: object; onAuth: unknown })(ports)
        assert.ok(room.prototype instanceof BaseRoom, `${name} makes a BaseRoom`)
        assert.ok(Object.hasOwn(room, 'onAuth'), `${name} authenticates in the HTTP call`)
        assertGate(room.prototype, name)
      }
    })
  }
})

function assertGate(prototype: object, name: string): void {
  for (let level = prototype; level !== BaseRoom.prototype; level = Object.getPrototypeOf(level)) {
    for (const method of GATE_METHODS) {
      assert.ok(!Object.hasOwn(level, method), `${name} must not override ${method}`)
    }
  }
}
