/**
 * Making and filling the event table. `addEvent` always returns a row to write to: when the table
 * is full that row is a bin behind the end which nobody reads, so callers never branch and the step
 * never throws. What is dropped first is decided by {@link ROOM_BY_TYPE}.
 */
import { assert } from '@battalion/base/assert.ts'
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import type { EventTable } from './events.ts'
import { EventType } from './events.ts'
import { EVENTS_PER_STEP_MAX } from './limits.ts'

/** Cosmetic events stop here, so that hits still fit; hits stop at the second, so that kills do. */
const COSMETIC_EVENTS_MAX = EVENTS_PER_STEP_MAX / 2
const HIT_EVENTS_MAX = (EVENTS_PER_STEP_MAX / 8) * 7
const EVENT_TYPES_COUNT = 32

/** Events there may be in the table for one more of this type to fit. */
const ROOM_BY_TYPE = new Uint16Array(EVENT_TYPES_COUNT).fill(EVENTS_PER_STEP_MAX)
for (const type of [EventType.shot, EventType.reload, EventType.armourHit]) {
  ROOM_BY_TYPE[type] = COSMETIC_EVENTS_MAX
}
for (const type of [EventType.hit, EventType.heal, EventType.ability, EventType.explosion]) {
  ROOM_BY_TYPE[type] = HIT_EVENTS_MAX
}

/** An empty table. */
export function createEventTable(): EventTable {
  const rows = EVENTS_PER_STEP_MAX + 1
  return {
    count: 0,
    droppedCount: 0,
    stepEndCount: 0,
    type: new Uint8Array(rows),
    actor: new Uint16Array(rows),
    target: new Uint16Array(rows),
    kind: new Uint8Array(rows),
    flags: new Uint8Array(rows),
    value: new Int32Array(rows),
    yaw: new Uint16Array(rows),
    x: new Float32Array(rows),
    z: new Float32Array(rows),
    x2: new Float32Array(rows),
    z2: new Float32Array(rows),
  }
}

/** Opens a step's events: those of the last step go, those made between the steps stay. */
export function openEvents(events: EventTable): void {
  const from = events.stepEndCount
  const to = events.count
  assert(from <= to, 'events are only ever added')
  events.count = to - from
  events.droppedCount = 0
  if (from === to) return
  events.type.copyWithin(0, from, to)
  events.actor.copyWithin(0, from, to)
  events.target.copyWithin(0, from, to)
  events.kind.copyWithin(0, from, to)
  events.flags.copyWithin(0, from, to)
  events.value.copyWithin(0, from, to)
  events.yaw.copyWithin(0, from, to)
  events.x.copyWithin(0, from, to)
  events.z.copyWithin(0, from, to)
  events.x2.copyWithin(0, from, to)
  events.z2.copyWithin(0, from, to)
}

/** Closes a step's events. */
export function closeEvents(events: EventTable): void {
  assert(events.count <= EVENTS_PER_STEP_MAX, 'the events of a step are bounded')
  events.stepEndCount = events.count
}

/** The row of a new, blank event of this type; nobody's and at the origin until filled. */
export function addEvent(events: EventTable, type: EventType): number {
  assert(type < EVENT_TYPES_COUNT, 'every event type has a room')
  let row = events.count
  if (row < ROOM_BY_TYPE[type]!) events.count = row + 1
  else {
    row = EVENTS_PER_STEP_MAX
    events.droppedCount++
  }
  assert(row <= EVENTS_PER_STEP_MAX, 'an event has a row, if only the bin')
  events.type[row] = type
  events.actor[row] = NET_ID_NONE
  events.target[row] = NET_ID_NONE
  events.kind[row] = 0
  events.flags[row] = 0
  events.value[row] = 0
  events.yaw[row] = 0
  events.x[row] = 0
  events.z[row] = 0
  events.x2[row] = 0
  events.z2[row] = 0
  return row
}
