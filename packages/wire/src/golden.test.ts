/**
 * The golden frames: bytes and their meaning, kept in `golden/` for clients in other languages.
 * They change only with the protocol version. `UPDATE_GOLDEN=1` with this test writes them anew
 * (then `npx oxfmt packages/wire/golden`).
 */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { compareClients } from './compare-clients.ts'
import { createCommand, decodeInputs, encodeInputs } from './input-codec.ts'
import { PROTOCOL_VERSION } from './protocol-version.ts'
import { SnapshotDecoder } from './snapshot-decoder.ts'
import { recordStream, STREAM_SIDE_METRES } from './snapshot-stream.ts'
import { SpecChecker } from './spec-checker.ts'

const FOLDER = join(import.meta.dirname, '../golden')
const MAP = { widthMetres: STREAM_SIDE_METRES, depthMetres: STREAM_SIDE_METRES }
const WELCOME_TICK = 65_530
const isUpdate = process.env.UPDATE_GOLDEN === '1'

function sorted<T>(map: ReadonlyMap<number, T>): Record<string, T> {
  return Object.fromEntries([...map].sort(([a], [b]) => a - b))
}

/** What a client holds after a frame, as the page says; sorted, so that it can be compared. */
function meaning(checker: SpecChecker): unknown {
  return {
    tick: checker.tick,
    centreCell: checker.centre,
    blockRadius: checker.radius,
    own: checker.own,
    soldiers: sorted(checker.soldiers),
    projectiles: sorted(checker.projectiles),
    far: sorted(checker.far),
    effects: checker.effects,
    kills: checker.kills.map(([actor, target, weapon]) => ({ actor, target, weapon })),
    marks: checker.marks,
  }
}

function goldenStream(who: 'player' | 'spectator'): unknown {
  const checker = new SpecChecker(STREAM_SIDE_METRES, STREAM_SIDE_METRES, WELCOME_TICK)
  const frames = recordStream().map((frame) => {
    checker.apply(frame[who])
    const hex = Buffer.from(frame[who]).toString('hex')
    return { name: frame.name, hex, after: structuredClone(meaning(checker)) }
  })
  return { protocolVersion: PROTOCOL_VERSION, map: MAP, welcomeTick: WELCOME_TICK, frames }
}

function goldenInputs(): unknown {
  const first = { seq: 65_535, buttons: 9, moveX: 127, moveZ: -127, yaw: 16_384 }
  const commands = [
    { ...first, aimDistance: 320, viewTime: 65_531 },
    { ...createCommand(), moveX: -1, buttons: 64 },
    { ...createCommand(), seq: 1, yaw: 65_535, viewTime: 3 },
  ]
  const frames = [1, 2, 3].map((count) => {
    const bytes = new Uint8Array(64)
    const end = encodeInputs(commands.slice(0, count), bytes, 0)
    const hex = Buffer.from(bytes.subarray(0, end)).toString('hex')
    return { hex, commands: commands.slice(0, count) }
  })
  const good = frames[0]!.hex
  const refused = [
    { hex: '', reason: 'input_count' },
    { hex: `00${good.slice(2)}`, reason: 'input_count' },
    { hex: `02${good.slice(2)}`, reason: 'input_length' },
    { hex: `${good}00`, reason: 'input_length' },
    { hex: `${good.slice(0, 6)}89${good.slice(8)}`, reason: 'input_buttons' },
    { hex: `${good.slice(0, 10)}80${good.slice(12)}`, reason: 'input_axis' },
  ]
  return { protocolVersion: PROTOCOL_VERSION, frames, refused }
}

function checkGolden(file: string, made: unknown): Record<string, unknown> {
  const path = join(FOLDER, file)
  const text = JSON.stringify(made, null, 2)
  if (isUpdate) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(path, `${text}\n`)
  }
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const what = `${file} is as it was; a change of bytes is a new protocol version`
  assert.ok(isDeepStrictEqual(kept, JSON.parse(text)), what)
  return kept
}

describe('golden frames', () => {
  it('[WF25] [WF16] the stream of a player and of a spectator has the bytes it always had', () => {
    for (const who of ['player', 'spectator'] as const) {
      const golden = checkGolden(`snapshots-${who}.json`, goldenStream(who))
      const decoder = new SnapshotDecoder(MAP, WELCOME_TICK)
      const checker = new SpecChecker(STREAM_SIDE_METRES, STREAM_SIDE_METRES, WELCOME_TICK)
      for (const { hex } of golden.frames as { hex: string }[]) {
        const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
        assert.deepEqual(decoder.apply(bytes), { ok: true })
        checker.apply(bytes)
        compareClients(decoder, checker)
      }
    }
  })

  it('[WF20] [WF21] input frames, and those that are refused, are as they were', () => {
    const golden = checkGolden('inputs.json', goldenInputs())
    const into = [createCommand(), createCommand(), createCommand()]
    for (const { hex, commands } of golden.frames as { hex: string; commands: unknown[] }[]) {
      assert.equal(decodeInputs(Buffer.from(hex, 'hex'), into), commands.length)
      assert.deepEqual(into.slice(0, commands.length), commands)
    }
    for (const { hex, reason } of golden.refused as { hex: string; reason: string }[]) {
      assert.equal(decodeInputs(Buffer.from(hex, 'hex'), into), reason)
    }
  })
})
