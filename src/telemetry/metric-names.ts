/**
 * Every metric of the server: name, kind, help, labels, buckets. Prometheus rules: base units,
 * `_seconds`, `_bytes`, `_total`; labels have a bounded set of values and never carry ids. A name
 * that is not here cannot be exported.
 */

/**
 * What one metric is. `labels` has at most two names, so hot paths can address a child by value.
 */
export interface MetricSpec {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds, ascending, histograms only. */
  readonly buckets?: readonly number[]
}

const TICK_BUCKETS_SEC = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.012, 0.016, 0.02, 0.025, 0.033]
const TICK_TAIL_SEC = [0.05, 0.1]
const TICK_ALL_SEC = [...TICK_BUCKETS_SEC, ...TICK_TAIL_SEC]
/** As far as any weapon may look back (REWIND_MS_MAX). */
const REWIND_BUCKETS_SEC = [0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.225, 0.25]
const REQUEST_BUCKETS_SEC = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const SNAPSHOT_BUCKETS_BYTES = [32, 64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096]
const BUFFER_BUCKETS_BYTES = [0, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576]
const COUNT_BUCKETS = [1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1280]

export const METRICS = {
  battalion_tick_duration_seconds: {
    kind: 'histogram',
    help: 'Work time of one tick, by phase and in total; phases do not overlap.',
    labels: ['phase'],
    buckets: TICK_ALL_SEC,
  },
  battalion_tick_lateness_seconds: {
    kind: 'histogram',
    help: 'How late a tick began after its due time.',
    labels: [],
    buckets: TICK_ALL_SEC,
  },
  battalion_tick_skipped_total: {
    kind: 'counter',
    help: 'Steps given up because the process was too late to catch up.',
    labels: [],
  },
  battalion_tick_catchup_steps_total: {
    kind: 'counter',
    help: 'Extra steps run to catch up with the clock.',
    labels: [],
  },
  battalion_event_loop_lag_seconds: {
    kind: 'gauge',
    help: 'p99 delay of the event loop since the last scrape.',
    labels: [],
  },
  battalion_gc_pause_seconds: {
    kind: 'histogram',
    help: 'Pauses by garbage collection.',
    labels: ['kind'],
    buckets: TICK_ALL_SEC,
  },
  battalion_rewind_depth_seconds: {
    kind: 'histogram',
    help: 'How far back a hit-scan shot was judged, after the bounds.',
    labels: [],
    buckets: REWIND_BUCKETS_SEC,
  },
  battalion_heap_live_bytes: {
    kind: 'gauge',
    help: 'Heap in use right after the last major collection; grows only by what is kept.',
    labels: [],
  },
  battalion_shots_judged_total: {
    kind: 'counter',
    help: 'Hit-scan shots carried out.',
    labels: [],
  },
  battalion_hits_judged_total: {
    kind: 'counter',
    help: 'Hits of hit-scan shots that counted.',
    labels: [],
  },
  battalion_hits_void_total: {
    kind: 'counter',
    help: 'Hits that did not count: the target had been safe behind cover for a while.',
    labels: [],
  },
  battalion_rewind_clamped_total: {
    kind: 'counter',
    help: 'Shots whose view time was moved into the rewind window.',
    labels: [],
  },
  battalion_hits_behind_cover_total: {
    kind: 'counter',
    help: 'Valid hits on soldiers of whom nothing was to be seen any more.',
    labels: [],
  },
  battalion_limit_drops_total: {
    kind: 'counter',
    help: 'Launches refused, and events, effects, kills, marks and far slices left out, by limit.',
    labels: ['limit'],
  },
  battalion_snapshot_bytes: {
    kind: 'histogram',
    help: 'Size of one snapshot frame of one client.',
    labels: [],
    buckets: SNAPSHOT_BUCKETS_BYTES,
  },
  battalion_entities_sent: {
    kind: 'histogram',
    help: 'Entities in one snapshot frame.',
    labels: [],
    buckets: COUNT_BUCKETS,
  },
  battalion_patch_skipped_total: {
    kind: 'counter',
    help: 'Snapshots and patches not sent, by reason.',
    labels: ['reason'],
  },
  battalion_shed_level: {
    kind: 'gauge',
    help: 'Highest overload step of any room in this process (0 = none).',
    labels: [],
  },
  battalion_overload_changes_total: {
    kind: 'counter',
    help: 'Overload steps that rooms reached, by step and direction (down = gave something up).',
    labels: ['step', 'direction'],
  },
  battalion_admission_closed_rooms: {
    kind: 'gauge',
    help: 'Rooms that turn newcomers away because time is short.',
    labels: [],
  },
  battalion_process_busy_ratio: {
    kind: 'gauge',
    help: 'Share of the time the event loop was busy, smoothed over some seconds.',
    labels: [],
  },
  battalion_send_buffer_bytes: {
    kind: 'histogram',
    help: 'Bytes of a client waiting for the kernel, sampled.',
    labels: [],
    buckets: BUFFER_BUCKETS_BYTES,
  },
  battalion_clients: { kind: 'gauge', help: 'Clients in rooms, by state.', labels: ['state'] },
  battalion_rooms: { kind: 'gauge', help: 'Rooms, by mode and state.', labels: ['mode', 'state'] },
  battalion_seats_reserved: {
    kind: 'gauge',
    help: 'Seats given out by matchmaking whose socket has not come yet.',
    labels: [],
  },
  battalion_joins_total: { kind: 'counter', help: 'Joins, by result.', labels: ['result'] },
  battalion_join_duration_seconds: {
    kind: 'histogram',
    help: 'From socket to joined.',
    labels: [],
    buckets: REQUEST_BUCKETS_SEC,
  },
  battalion_disconnects_total: {
    kind: 'counter',
    help: 'Connections that ended, by close code and reason.',
    labels: ['code', 'reason'],
  },
  battalion_reconnects_total: {
    kind: 'counter',
    help: 'Reconnections, by result.',
    labels: ['result'],
  },
  battalion_messages_received_total: {
    kind: 'counter',
    help: 'Accepted messages of clients, by type.',
    labels: ['type'],
  },
  battalion_frames_rejected_total: {
    kind: 'counter',
    help: 'Frames refused by the gate, by reason.',
    labels: ['reason'],
  },
  battalion_inputs_rejected_total: {
    kind: 'counter',
    help: 'Inputs refused by the parser or the queue, and shots from the future, by reason.',
    labels: ['reason'],
  },
  battalion_matchmake_requests_total: {
    kind: 'counter',
    help: 'Matchmaking requests, by method and HTTP status.',
    labels: ['method', 'code'],
  },
  battalion_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'HTTP requests, by route and status.',
    labels: ['route', 'code'],
    buckets: REQUEST_BUCKETS_SEC,
  },
  battalion_http_rejected_total: {
    kind: 'counter',
    help: 'Requests and sockets refused before a route saw them, by reason.',
    labels: ['reason'],
  },
  battalion_audit_dropped_total: {
    kind: 'counter',
    help: 'Refused requests of staff routes without a row in the audit log, by why.',
    labels: ['why'],
  },
  battalion_webhooks_total: {
    kind: 'counter',
    help: 'Calls of outgoing webhooks, by what became of them.',
    labels: ['outcome'],
  },
  battalion_results_total: {
    kind: 'counter',
    help: 'Battle results, by what became of them.',
    labels: ['result'],
  },
  battalion_results_waiting: {
    kind: 'gauge',
    help: 'Finished battles on disk that the database does not have yet.',
    labels: [],
  },
  battalion_results_waiting_bytes: {
    kind: 'gauge',
    help: 'Bytes of finished battles on disk that the database does not have yet.',
    labels: [],
  },
  battalion_result_write_seconds: {
    kind: 'histogram',
    help: 'Writing one finished battle to the database, all of its transaction.',
    labels: [],
    buckets: REQUEST_BUCKETS_SEC,
  },
  battalion_database_events_total: {
    kind: 'counter',
    help: 'What happened to the database connection: away, back, retried, not reached.',
    labels: ['event'],
  },
  battalion_oidc_events_total: {
    kind: 'counter',
    help: 'Calls of sign-in providers: failed, refused, turned_away, and its breaker opened, closed.',
    labels: ['event'],
  },
  battalion_refresh_reuses_total: {
    kind: 'counter',
    help: 'Refresh tokens used again after their grace; each ended a session.',
    labels: [],
  },
  battalion_jobs_total: {
    kind: 'counter',
    help: 'Attempts at jobs, by kind and outcome (done, failed, dead, lease_lost).',
    labels: ['kind', 'outcome'],
  },
  battalion_events_published_total: {
    kind: 'counter',
    help: 'Events carried from the outbox to the bus.',
    labels: [],
  },
  battalion_home_resyncs_total: {
    kind: 'counter',
    help: 'Clients of home rooms that lost events to a full queue and must read anew.',
    labels: [],
  },
  battalion_errors_total: { kind: 'counter', help: 'Caught errors, by place.', labels: ['where'] },
  battalion_room_crashes_total: {
    kind: 'counter',
    help: 'Rooms closed after an error.',
    labels: [],
  },
  battalion_build_info: {
    kind: 'gauge',
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'node'],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>

export type MetricName = keyof typeof METRICS
