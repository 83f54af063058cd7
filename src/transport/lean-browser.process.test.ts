/**
 * A real browser joins a battle over TRANSPORT=lean: its handshake, its masks, its close codes. And
 * a stock SDK client beside it.
 */
import { strict as assert } from 'node:assert'
import { after, before, describe, it } from 'node:test'
import { sampleBalance } from '@battalion/sim/sample-battle.ts'
import { CHROMIUM_NAMES, findProgram } from '@battalion/testkit/find-program.ts'
import { takeRawSeat } from '@battalion/testkit/raw-client.ts'
import { startRoomServer, testToken } from '@battalion/testkit/room-server.ts'
import type { RoomServer } from '@battalion/testkit/room-server.ts'
import { chromium } from 'playwright-core'

const executablePath = findProgram(CHROMIUM_NAMES)
const skip = executablePath === undefined ? 'no Chromium on PATH' : false

/** Runs in the page: joins, counts snapshots, says something no game client says. */
async function visitBattle(address: string) {
  const socket = new WebSocket(address, 'battalion')
  socket.binaryType = 'arraybuffer'
  const seen = { protocol: '', extensions: '', joins: 0, snapshots: 0, code: 0, reason: '' }
  return await new Promise<typeof seen>((resolve) => {
    socket.onmessage = ({ data }: { readonly data: ArrayBuffer }) => {
      const frame = new Uint8Array(data)
      if (frame[0] === 10) {
        seen.joins++
        socket.send(new Uint8Array([10]))
      }
      if (frame[0] !== 17) return
      seen.snapshots++
      if (seen.snapshots === 20) socket.send('no game client sends text')
    }
    socket.onclose = ({ code, reason }) => {
      const { protocol, extensions } = socket
      resolve({ ...seen, protocol, extensions, code, reason })
    }
  })
}

describe('a browser over TRANSPORT=lean', { skip }, () => {
  let server: RoomServer
  before(async () => {
    const balance = sampleBalance({ mode: { warmupSec: 600 } })
    server = await startRoomServer({ balance, transport: 'lean' })
  })
  after(async () => await server.stop())

  it('[A-12] joins, gets snapshots, no compression, and reads why it was closed', async () => {
    const stock = await server.client('stock').joinOrCreate('battlefield', {})
    stock.onMessage('*', () => undefined)
    stock.onMessage(1, () => undefined)
    const browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox', '--disable-gpu'],
    })
    try {
      const page = await browser.newPage()
      const seat = await takeRawSeat(server, { userId: 'browser' })
      const query = `sessionId=${seat.sessionId}&_authToken=${testToken('browser')}`
      const address = `ws://127.0.0.1:${server.port}/${seat.processId}/${seat.roomId}?${query}`
      const seen = await page.evaluate(visitBattle, address)
      assert.equal(seen.joins, 1)
      assert.ok(seen.snapshots >= 20)
      assert.equal(seen.protocol, 'battalion')
      assert.equal(seen.extensions, '')
      assert.equal(seen.code, 4400)
      assert.match(seen.reason, /^bad_frame: /)
      assert.equal(stock.connection.isOpen, true)
    } finally {
      await browser.close()
    }
    await stock.leave()
    assert.deepEqual(server.errors, [])
  })
})
