/**
 * What rooms count, as cells found once. Called many times a tick for every client: no allocation,
 * no string building, one Map lookup at most.
 */
import type { DroppedAtLimit, RoomMetrics, TickPhase } from '../../rooms/ports.ts'
import type { Metrics } from './metrics.ts'

const MS_PER_SEC = 1000

/** Rooms whose overload step is remembered; a process holds fewer (ROOMS_MAX). */
const SHED_ROOMS_MAX = 10_000

/** The port of `rooms/ports.ts` over the registry. */
export function createRoomMetrics(metrics: Metrics): RoomMetrics {
  return {
    ...tickMetrics(metrics),
    ...trafficMetrics(metrics),
    ...populationMetrics(metrics),
  }
}

function tickMetrics(metrics: Metrics) {
  const duration = metrics.histograms('battalion_tick_duration_seconds')
  const cells = {
    input: duration.cell('input'),
    sim: duration.cell('sim'),
    rewind: duration.cell('rewind'),
    encode: duration.cell('encode'),
    send: duration.cell('send'),
    total: duration.cell('total'),
  }
  const lateness = metrics.histograms('battalion_tick_lateness_seconds').cell()
  const skipped = metrics.numbers('battalion_tick_skipped_total').cell()
  const catchUp = metrics.numbers('battalion_tick_catchup_steps_total').cell()
  const rewindDepth = metrics.histograms('battalion_rewind_depth_seconds').cell()
  const shotsTotal = metrics.numbers('battalion_shots_judged_total').cell()
  const voidTotal = metrics.numbers('battalion_hits_void_total').cell()
  const hitsTotal = metrics.numbers('battalion_hits_judged_total').cell()
  const clamped = metrics.numbers('battalion_rewind_clamped_total').cell()
  const changes = metrics.numbers('battalion_overload_changes_total')
  const behindCover = metrics.numbers('battalion_hits_behind_cover_total').cell()
  const drops = metrics.numbers('battalion_limit_drops_total')
  return {
    tickWork: (phase: TickPhase | 'total', ms: number) => cells[phase].observe(ms / MS_PER_SEC),
    tickLateness: (ms: number) => lateness.observe(ms / MS_PER_SEC),
    catchUpSteps: (count: number) => catchUp.add(count),
    tickSkipped: (count: number) => skipped.add(count),
    rewindDepth: (ms: number, count: number) => rewindDepth.observe(ms / MS_PER_SEC, count),
    shotsJudged(count: { shots: number; hits: number; voids: number }) {
      shotsTotal.add(count.shots)
      hitsTotal.add(count.hits)
      voidTotal.add(count.voids)
    },
    rewindClamped: (count: number) => clamped.add(count),
    hitsBehindCover: (count: number) => behindCover.add(count),
    limitDropped: (limit: DroppedAtLimit, count: number) => drops.cell(limit).add(count),
    shedLevel: createShedLevel(metrics),
    overloadChanged: (step: number, direction: 'down' | 'up') =>
      changes.cell(String(step), direction).add(1),
    admissionClosed: createAdmissionGauge(metrics),
  }
}

/** The gauge shows the worst room; a room at level 0 is forgotten. */
function createShedLevel(metrics: Metrics): (roomId: string, level: number) => void {
  const gauge = metrics.numbers('battalion_shed_level').cell()
  const levels = new Map<string, number>()
  return (roomId, level) => {
    if ((levels.get(roomId) ?? 0) === level) return
    if (level === 0) levels.delete(roomId)
    else if (levels.size < SHED_ROOMS_MAX) levels.set(roomId, level)
    let worst = 0
    for (const value of levels.values()) worst = Math.max(worst, value)
    gauge.set(worst)
  }
}

/** Counts the rooms that are closed; a room that opens or ends is forgotten. */
function createAdmissionGauge(metrics: Metrics): (roomId: string, isClosed: boolean) => void {
  const gauge = metrics.numbers('battalion_admission_closed_rooms').cell()
  const closed = new Set<string>()
  return (roomId, isClosed) => {
    if (!isClosed) closed.delete(roomId)
    else if (closed.size < SHED_ROOMS_MAX) closed.add(roomId)
    gauge.set(closed.size)
  }
}

function trafficMetrics(metrics: Metrics) {
  const snapshots = metrics.histograms('battalion_snapshot_bytes').cell()
  const entities = metrics.histograms('battalion_entities_sent').cell()
  const buffered = metrics.histograms('battalion_send_buffer_bytes').cell()
  const skippedPatches = metrics.numbers('battalion_patch_skipped_total')
  const skipped = { slow: skippedPatches.cell('slow'), shed: skippedPatches.cell('shed') }
  const frames = metrics.numbers('battalion_frames_rejected_total')
  const inputs = metrics.numbers('battalion_inputs_rejected_total')
  const messages = metrics.numbers('battalion_messages_received_total')
  return {
    snapshotBytes: (bytes: number) => snapshots.observe(bytes),
    entitiesSent: (count: number) => entities.observe(count),
    sendBufferBytes: (bytes: number) => buffered.observe(bytes),
    patchSkipped: (reason: 'slow' | 'shed') => skipped[reason].add(1),
    frameRejected: (reason: string) => frames.cell(reason).add(1),
    inputRejected: (reason: string, count = 1) => inputs.cell(reason).add(count),
    messageReceived: (type: string) => messages.cell(type).add(1),
  }
}

function populationMetrics(metrics: Metrics) {
  const joins = metrics.numbers('battalion_joins_total')
  const joinDuration = metrics.histograms('battalion_join_duration_seconds').cell()
  const disconnects = metrics.numbers('battalion_disconnects_total')
  const reconnects = metrics.numbers('battalion_reconnects_total')
  const clients = metrics.numbers('battalion_clients')
  const reserved = metrics.numbers('battalion_seats_reserved').cell()
  const rooms = metrics.numbers('battalion_rooms')
  const errors = metrics.numbers('battalion_errors_total')
  const crashes = metrics.numbers('battalion_room_crashes_total').cell()
  return {
    joined(result: string, durationMs: number) {
      joins.cell(result).add(1)
      joinDuration.observe(durationMs / MS_PER_SEC)
    },
    disconnected: (code: number, reason: string) => disconnects.cell(String(code), reason).add(1),
    reconnected: (result: string) => reconnects.cell(result).add(1),
    seatsReserved: (delta: number) => reserved.add(delta),
    clientsChanged: (state: string, delta: number) => clients.cell(state).add(delta),
    roomsChanged: (mode: string, state: string, delta: number) =>
      rooms.cell(mode, state).add(delta),
    roomError: (where: string) => errors.cell(where).add(1),
    roomCrashed: () => crashes.add(1),
  }
}
