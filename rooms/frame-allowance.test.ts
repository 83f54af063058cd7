/** What a client may send grows with the rate of its battle: each tick is worth a frame. */
import { strict as assert } from 'node:assert'
import { it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { startRoomServer, until } from '@battalion/testkit/room-server.ts'
import { createCommand, encodeInputs } from '@battalion/wire/input-codec.ts'

const LIMITS = { framesPerSec: 10, framesBurst: 20 }

/** Sends `count` input frames at once; the close code, undefined while the client is welcome. */
async function burst(tickRateHz: number, count: number): Promise<number | undefined> {
  const balance = sampleBalance({ mode: { warmupSec: 600, tickRateHz } })
  const server = await startRoomServer({ balance, limits: LIMITS })
  try {
    const room = await server.client('ann').joinOrCreate('battlefield', {})
    let closedWith: number | undefined
    let isAnswered = false
    room.onMessage('*', () => undefined)
    room.onMessage('rtt', () => (isAnswered = true))
    room.onLeave((code) => (closedWith = code))
    const bytes = new Uint8Array(64)
    for (let seq = 1; seq <= count; seq++) {
      const end = encodeInputs([{ ...createCommand(), seq }], bytes, 0)
      room.sendBytes(2, bytes.slice(0, end))
    }
    room.send('rtt', { id: 1 })
    await until(() => isAnswered || closedWith !== undefined, 'an answer')
    return closedWith
  } finally {
    await server.stop()
  }
}

it('[A-05] a battle of 128 Hz takes two seconds of frames at once, one of 10 Hz does not', async () => {
  assert.equal(await burst(128, 300), undefined)
  assert.equal(await burst(10, 300), 4429)
})
