/** Marks of damage whose shooter is no longer there. */
import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { addEvent } from '@battalion/sim/event-table.ts'
import { EventType } from '@battalion/sim/events.ts'
import { ByteWriter } from './byte-writer.ts'
import { createCrowdWorld } from './crowd-world.ts'
import { PendingMarks } from './pending-marks.ts'
import { createEncoderCounters } from './snapshot-world.ts'

it('[WF9] the direction is 0 when the shooter has left, and nobody gets a mark for dealing it', () => {
  const world = createCrowdWorld(4, 128)
  const marks = new PendingMarks(world.capacity, createEncoderCounters())
  const row = addEvent(world.events, EventType.hit)
  world.events.actor[row] = NET_ID_NONE
  world.events.target[row] = 1
  world.events.value[row] = 30
  marks.collect(world, row)
  assert.equal(marks.countOf(1), 1)
  const writer = ByteWriter.growing(64)
  marks.writeMarks(writer, 1)
  assert.deepEqual([...writer.bytes.subarray(0, writer.at)], [1, 1, 30, 0])
})
