/** The proxy over real loopback sockets: bytes arrive whole, late, and endings pass through. */
import assert from 'node:assert/strict'
import { connect, createServer, type Server } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { Conditioner } from './conditioner.ts'
import { systemClock, systemTimers } from './system-clock.ts'

/** Sends `bytes`, ends, and answers what came back and how long it took. */
function roundTrip(port: number, bytes: Buffer): Promise<{ echoed: Buffer; tookMs: number }> {
  const startedMs = systemClock.monotonicMs()
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('end', () => {
      const tookMs = systemClock.monotonicMs() - startedMs
      resolve({ echoed: Buffer.concat(chunks), tookMs })
    })
  })
}

describe('the conditioner', () => {
  let echo: Server
  let targetPort = 0

  before(async () => {
    echo = createServer((socket) => socket.pipe(socket))
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
    targetPort = (echo.address() as { port: number }).port
  })
  after(() => new Promise((resolve) => echo.close(resolve)))

  function create(latencyMs: number, bytesPerSec = 0): Conditioner {
    return new Conditioner({
      targetHost: '127.0.0.1',
      targetPort,
      conditions: { latencyMs, jitterMs: 5, lossRatio: 0, bytesPerSec },
      seed: 1,
      clock: systemClock,
      timers: systemTimers,
    })
  }

  it('passes every byte both ways, later by twice the latency', async () => {
    const conditioner = create(40)
    const port = await conditioner.listen()
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251))
    const { echoed, tookMs } = await roundTrip(port, bytes)
    assert.equal(echoed.compare(bytes), 0)
    assert.ok(tookMs >= 80, `${tookMs} ms`)
    assert.equal(conditioner.connectionCount, 1)
    await conditioner.close()
  })

  it('closes connections and port when told to', async () => {
    const conditioner = create(1)
    const port = await conditioner.listen()
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    await conditioner.close()
    await closed
    await assert.rejects(roundTrip(port, Buffer.from('late')))
  })
})
