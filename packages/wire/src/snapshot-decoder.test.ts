/** The decoder against bytes that are wrong: cut, bent, random, out of order. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareClients } from './compare-clients.ts'
import { DECODE_FAULTS } from './decode-fault.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { fuzzSnapshotDecoder } from './snapshot-decoder.fuzz.ts'
import { recordStream, STREAM_SIDE_METRES } from './snapshot-stream.ts'
import { SpecChecker } from './spec-checker.ts'

const MAP = { widthMetres: STREAM_SIDE_METRES, depthMetres: STREAM_SIDE_METRES }
const START_TICK = 65_530
const STREAM = recordStream()

function playedTo(count: number, who: 'player' | 'spectator' = 'player'): SnapshotDecoder {
  const decoder = new SnapshotDecoder(MAP, START_TICK)
  for (const frame of STREAM.slice(0, count))
    assert.deepEqual(decoder.apply(frame[who]), { ok: true })
  return decoder
}

describe('snapshot decoder', () => {
  it('[I-14] [WF14] agrees with a client written from the page, frame by frame', () => {
    for (const who of ['player', 'spectator'] as const) {
      const decoder = new SnapshotDecoder(MAP, START_TICK)
      const checker = new SpecChecker(STREAM_SIDE_METRES, STREAM_SIDE_METRES, START_TICK)
      for (const frame of STREAM) {
        assert.deepEqual(decoder.apply(frame[who]), { ok: true }, frame.name)
        checker.apply(frame[who])
        compareClients(decoder, checker)
      }
    }
  })

  it('[WF6] the tick goes on across the wrap of its 16 bits', () => {
    assert.equal(playedTo(STREAM.length).tick, START_TICK + STREAM.length)
    assert.ok(START_TICK + STREAM.length > 65_536)
  })

  it('[WF18] [A-01] a frame cut at any byte is refused, and nothing is known after it', () => {
    STREAM.forEach((frame, index) => {
      for (let length = 0; length < frame.player.length; length++) {
        const decoder = playedTo(index)
        const result = decoder.apply(frame.player.subarray(0, length))
        assert.equal(result.ok, false, `${frame.name} cut at ${length}`)
        assert.equal(decoder.entities.count, 0)
        assert.equal(decoder.projectiles.count, 0)
        assert.equal(decoder.effects.count, 0)
        assert.equal(decoder.isLost, true)
      }
    })
  })

  it('[WF18] a byte too many is refused', () => {
    const frame = STREAM[0]!.player
    const longer = new Uint8Array(frame.length + 1)
    longer.set(frame)
    assert.deepEqual(playedTo(0).apply(longer), { ok: false, reason: 'trailing' })
  })

  it('[WF18] [WF16] a lost decoder refuses deltas and is found by a fresh frame', () => {
    const decoder = playedTo(4)
    const known = decoder.entities.count
    assert.equal(decoder.apply(new Uint8Array(3)).ok, false)
    assert.equal(decoder.entities.leftCount, known, 'all in sight count as left')
    for (const frame of STREAM.slice(4, -1)) {
      assert.deepEqual(decoder.apply(frame.player), { ok: false, reason: 'lost' })
    }
    assert.deepEqual(decoder.apply(STREAM.at(-1)!.player), { ok: true })
    const fresh = playedTo(STREAM.length)
    assert.deepEqual(decoder.entities.count, fresh.entities.count)
    // A dead soldier's place is not told; all else is.
    assert.deepEqual({ ...decoder.own, x: 0, z: 0 }, { ...fresh.own, x: 0, z: 0 })
  })

  it('[WF1] [WF2] [WF4] [WF7] [WF9] [WF10] [WF11] what cannot be is refused with its reason', () => {
    const cases: readonly (readonly [string, readonly number[]])[] = [
      ['head_bits', [0, 0, 0, 0, 0x80 | 4]],
      ['centre_cell', [0, 0, 0, 0x10, 0x80]],
      ['centre_cell', [0, 0, 36, 0, 0x80]],
      ['lost', [0, 0, 0, 0, 0]],
      ['cell_bits', [0, 0, 0, 0, 0x80, 0x81]],
      ['cell_bits', [0, 0, 0, 0, 0x80, 0x03]],
      ['unknown_cell', [0, 0, 0, 0, 0x80, 0x00]],
      ['net_id', [0, 0, 0, 0, 0x80, 0x05, 1, 0, 0x10]],
      ['too_many', [0, 0, 0, 0, 0x80, 0x05, 0xff, 0x7f]],
      ['truncated', [0, 0, 0, 0, 0x80, 0x05, 0x81, 0]],
      ['effect_type', [0, 0, 0, 0, 0x80, 0x11, 1, 0]],
      ['effect_type', [0, 0, 0, 0, 0x80, 0x11, 1, 8]],
      ['projectile', [0, 0, 0, 0, 0x80, 0x21, 1, 0, 8]],
      ['marks', [0, 0, 0, 0, 0x91, 0, 33]],
      ['marks', [0, 0, 0, 0, 0x91, 0, 1, 0x10]],
      ['kills', [0, 0, 0, 0, 0xa0, 0x81, 2]],
      ['far', [0, 0, 0, 0, 0xc0, 5]],
      ['far', [0, 0, 0, 0, 0xc0, 1, 4, 0]],
      ['far', [0, 0, 0, 0, 0xc0, 1, 0, 128]],
    ]
    for (const [reason, bytes] of cases) {
      const padded = Uint8Array.from([...bytes, ...Array.from({ length: 40 }, () => 0)])
      const result = new SnapshotDecoder(MAP).apply(padded)
      assert.deepEqual(result, { ok: false, reason }, bytes.join(' '))
    }
  })

  it('[WF12] [WF13] [WF18] a row, code, place or mask that cannot be is refused', () => {
    const keys = [0x05, 1, 9, 0, 2, 0, 2, 0, 0, 100, 0, 0, 0, 0, 0, 0, 1, 1, 1]
    const fresh = Uint8Array.from([0, 0, 0, 0, 0x80, ...keys])
    const cases: readonly (readonly [string, readonly number[]])[] = [
      ['slot', [0x02, 1, 1]],
      ['slot', [0x02, 2, 0, 0]],
      ['code', [0x08, 0x10]],
      ['place', [0x08, 0x02, 0x80, 0]],
      ['place', [0x08, 0x01, 0x0d]],
      ['mask', [0x08, 0x08, 0x08]],
    ]
    for (const [reason, body] of cases) {
      const decoder = new SnapshotDecoder(MAP)
      assert.deepEqual(decoder.apply(fresh), { ok: true })
      assert.equal(decoder.entities.count, 1)
      const frame = Uint8Array.from([1, 0, 0, 0, 0, ...body, 0, 0, 0])
      assert.deepEqual(decoder.apply(frame), { ok: false, reason })
    }
  })

  it('[WF23] reset starts a new stream on another map', () => {
    const decoder = playedTo(7)
    const known = decoder.entities.count
    decoder.reset({ widthMetres: 64, depthMetres: 64 }, 5)
    assert.equal(decoder.entities.leftCount, known)
    assert.equal(decoder.entities.count + decoder.far.count + decoder.projectiles.count, 0)
    assert.deepEqual(decoder.apply(Uint8Array.from([6, 0, 0, 0, 0x80, 1])), { ok: true })
    assert.equal(decoder.tick, 6)
  })

  it('[WF18] [A-01] bent and random frames never throw, and nearly every reason occurs', () => {
    const answers = new Map<string, number>()
    for (const who of ['player', 'spectator'] as const) {
      const stream = STREAM.map((frame) => frame[who])
      for (const [answer, count] of fuzzSnapshotDecoder(3, 30_000, stream, MAP)) {
        answers.set(answer, (answers.get(answer) ?? 0) + count)
      }
    }
    // Two or three reasons are too rare to wait for; they have cases of their own above.
    const seen = DECODE_FAULTS.filter((fault) => answers.has(fault))
    assert.ok(seen.length >= DECODE_FAULTS.length - 3, `seen: ${seen.join(', ')}`)
    assert.ok(answers.get('ok')! > 10_000)
  })
})
