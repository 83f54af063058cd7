/**
 * The lists "Tick" and "Connections" of the fault contract (5.1) against the page of `/metrics`
 * after a short battle over real sockets: every name is there, and whatever a quiet battle moves
 * has moved.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { Button } from '@battalion/sim/commands.ts'
import { VIEW_TIME_PER_TICK } from '@battalion/sim/limits.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'
import { BYTES_INPUT } from '@battalion/wire/messages.ts'
import type { ServerMessages } from '@battalion/wire/messages.ts'
import { Client } from '@colyseus/sdk'
import type { Room } from '@colyseus/sdk'

import { matchmake, signIn, startTestApp } from './testing/start-test-app.ts'

/** Samples that a short battle moves; a histogram stands for its `_count`. */
const MOVED = [
  'battalion_tick_duration_seconds_count{phase="input"}',
  'battalion_tick_duration_seconds_count{phase="sim"}',
  'battalion_tick_duration_seconds_count{phase="rewind"}',
  'battalion_tick_duration_seconds_count{phase="encode"}',
  'battalion_tick_duration_seconds_count{phase="send"}',
  'battalion_tick_duration_seconds_count{phase="total"}',
  'battalion_tick_lateness_seconds_count',
  'battalion_rewind_depth_seconds_count',
  'battalion_rewind_clamped_total',
  'battalion_snapshot_bytes_count',
  'battalion_entities_sent_count',
  'battalion_clients{state="playing"}',
  'battalion_clients{state="spectating"}',
  'battalion_rooms{mode="duel",state="open"}',
  'battalion_joins_total{result="ok"}',
  'battalion_join_duration_seconds_count',
  'battalion_disconnects_total{code="4400",reason="bad_frame"}',
  'battalion_messages_received_total{type="look"}',
  'battalion_frames_rejected_total{reason="message_unknown"}',
  'battalion_inputs_rejected_total{reason="replay"}',
  'battalion_inputs_rejected_total{reason="future"}',
] as const

/** Names that only trouble, or the machine's mood, moves: declared is what counts. */
const DECLARED = [
  'battalion_tick_skipped_total',
  'battalion_tick_catchup_steps_total',
  'battalion_event_loop_lag_seconds',
  'battalion_gc_pause_seconds',
  'battalion_patch_skipped_total',
  'battalion_shed_level',
  'battalion_reconnects_total',
  'battalion_send_buffer_bytes',
] as const

const BATTLE = { mode: 'duel', map: 'duel' }
const WITHIN_MS = 20_000
/** Three frames each: far from what counts as a flood. */
const SHOT_INTERVAL_MS = 200
/** A claim this far ahead is the future on either side of a wrap (eighths of a tick). */
const AHEAD = 0x4000
const frame = new Uint8Array(64)

describe('the page of /metrics', () => {
  it('has every name of "Tick" and "Connections", moved by a battle', async (t) => {
    const { app, url } = await startTestApp(t, { SEAT_TIMEOUT_SEC: '8' })
    const player = await join(url)
    const welcome = await welcomeOf(player)
    const spectator = await join(url, { spectate: true })
    const stranger = await join(url)
    await welcomeOf(stranger)
    stranger.send('no such message', {})
    const play = createPlay(player, spectator, welcome)
    const endMs = performance.now() + WITHIN_MS
    let missing: string[] = [...MOVED]
    while (missing.length > 0 && performance.now() < endMs) {
      play()
      await delay(SHOT_INTERVAL_MS)
      const page = await readMetrics(app.opsUrl)
      missing = MOVED.filter((name) => !(sampleOf(page, name) > 0))
    }
    assert.deepEqual(missing, [])
    const token = await signIn(url)
    await matchmake(url, 'joinOrCreate/battlefield', { token, options: BATTLE })
    const page = await readMetrics(app.opsUrl)
    for (const name of DECLARED) assert.match(page, new RegExp(`^# TYPE ${name} `, 'm'))
    assert.equal(sampleOf(page, 'battalion_seats_reserved'), 1)
    await Promise.all([player.leave(), spectator.leave()])
  })
})

async function join(url: string, options: object = {}): Promise<Room> {
  const client = new Client(url)
  client.auth.token = await signIn(url)
  const room = await client.joinOrCreate('battlefield', { ...BATTLE, ...options })
  for (const type of ['notice', 'result', 1]) room.onMessage(type, () => undefined)
  return room
}

function welcomeOf(room: Room): Promise<ServerMessages['welcome']> {
  return new Promise((resolve) => {
    room.onMessage('welcome', resolve)
  })
}

/** Each call: a shot at an early or a future view time, its last command again, a look. */
function createPlay(player: Room, spectator: Room, welcome: ServerMessages['welcome']) {
  let seq = 0
  const fire = (viewTime: number) => {
    const command = { ...createCommand(), seq: ++seq, buttons: Button.fire, viewTime }
    const release = { ...command, seq: ++seq, buttons: 0 }
    for (const commands of [[command], [release], [release]]) {
      player.sendBytes(BYTES_INPUT, frame.slice(0, encodeInputs(commands, frame, 0)))
    }
  }
  const now = welcome.tick * VIEW_TIME_PER_TICK
  let isFuture = false
  return () => {
    fire((isFuture ? now + AHEAD : now) & 0xffff)
    isFuture = !isFuture
    spectator.send('look', { x: 1, z: 1 })
  }
}

async function readMetrics(opsUrl: string): Promise<string> {
  const answer = await fetch(`${opsUrl}/metrics`)
  assert.equal(answer.status, 200)
  return await answer.text()
}

/** The value of the sample with this name and these labels, NaN when there is none. */
function sampleOf(page: string, name: string): number {
  const line = page.split('\n').find((text) => text.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? Number.NaN)
}
