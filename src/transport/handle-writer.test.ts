/**
 * Writes past the stream do what the stream's own do: same bytes, same order, same ends, same
 * errors. Every rule is asked of both writers over real sockets.
 */
import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createPrng, nextBelow } from '@battalion/base/prng.ts'
import { until } from '@battalion/testkit/room-server.ts'
import { systemTimers } from '../system-clock.ts'
import { HandleWriter, findStreamBinding } from './handle-writer.ts'
import { findSocketWriter, probe } from './probe-handle-writer.ts'
import { streamWriter } from './socket-writer.ts'
import type { SocketWriter } from './socket-writer.ts'

/** Written until a paused reader's buffers are full. */
const PIECE = Buffer.alloc(128 * 1024, 7)

const handleWriter = () => new HandleWriter(findStreamBinding()!)

/** What nobody has taken yet, wherever it lies. */
const heldBytes = (writer: SocketWriter, socket: Socket) =>
  socket.writableLength + writer.pendingBytes(socket)

for (const [name, writer] of [
  ['stream', streamWriter],
  ['handle', handleWriter()],
] as const) {
  describe(`writes by ${name}`, () => {
    const server = createServer({ noDelay: true })
    let near: Socket
    let far: Socket
    let errors: string[]
    let heard: Buffer[]

    before(async () => {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    })
    beforeEach(async () => {
      const accepted = once(server, 'connection')
      far = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
      far.pause()
      near = ((await accepted) as [Socket])[0]
      errors = []
      heard = []
      near.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message))
      far.on('error', () => undefined)
      far.on('data', (chunk: Buffer) => heard.push(chunk))
      await once(far, 'connect')
    })
    afterEach(() => {
      near.destroy()
      far.destroy()
    })
    after(() => server.close())

    /** Writes until the kernel takes no more; how many pieces that were. */
    const fill = () => {
      let count = 0
      for (; heldBytes(writer, near) === 0; count++) writer.write(near, PIECE)
      return count
    }
    const heardBytes = () => heard.reduce((sum, { byteLength }) => sum + byteLength, 0)

    it('[NET-3] every byte arrives once and in order, however writes are mixed', async () => {
      const dice = createPrng(5)
      const sent: Buffer[] = []
      const take = (bytes: Buffer) => {
        sent.push(bytes)
        return bytes
      }
      const piece = () => take(Buffer.alloc(1 + nextBelow(dice, 30_000), nextBelow(dice, 256)))
      for (let turn = 0; turn < 600; turn++) {
        const way = nextBelow(dice, 4)
        if (way === 0) near.write(piece())
        else if (way === 1) writer.writeBoth(near, piece(), piece())
        else writer.write(near, piece())
        if (turn % 50 === 20) near.cork()
        if (turn % 50 === 22) near.uncork()
      }
      assert.ok(heldBytes(writer, near) > 0, 'the reader pauses, so something waits')
      far.resume()
      const all = Buffer.concat(sent)
      await until(() => heardBytes() === all.byteLength, 'all bytes')
      assert.ok(Buffer.concat(heard).equals(all))
      assert.equal(near.bytesWritten, all.byteLength)
      await until(() => heldBytes(writer, near) === 0, 'nothing held')
    })

    it('[A-06] what a reader does not take is counted until it does', async () => {
      const count = fill()
      writer.write(near, PIECE)
      assert.ok(heldBytes(writer, near) >= PIECE.byteLength)
      far.resume()
      await until(() => heldBytes(writer, near) === 0, 'nothing held')
      const total = (count + 1) * PIECE.byteLength
      await until(() => heardBytes() === total, 'all pieces')
    })

    it('an end waits for what is under way', async () => {
      const count = fill()
      near.end('bye')
      far.resume()
      await once(far, 'end')
      const all = Buffer.concat(heard)
      assert.equal(all.byteLength, count * PIECE.byteLength + 3)
      assert.equal(all.toString('latin1', all.byteLength - 3), 'bye')
    })

    it('a socket destroyed with bytes under way is forgotten', async () => {
      fill()
      near.destroy()
      writer.write(near, PIECE)
      await once(near, 'close')
      await until(() => writer.pendingBytes(near) === 0, 'nothing pending')
      assert.deepEqual(errors, [])
    })

    it('a reset while bytes are under way is an error of the socket', async () => {
      fill()
      far.resetAndDestroy()
      await until(() => near.closed, 'the close')
      assert.equal(errors.length, 1)
      assert.match(errors[0]!, /^(ECONNRESET|EPIPE)$/)
      await until(() => writer.pendingBytes(near) === 0, 'nothing pending')
    })

    it('a write the kernel refuses is an error of the socket, and no throw', async () => {
      near.pause()
      far.resetAndDestroy()
      await once(far, 'close')
      for (let count = 0; count < 20 && !near.destroyed; count++) {
        writer.write(near, Buffer.from('x'))
        writer.writeBoth(near, Buffer.from('y'), Buffer.from('z'))
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.equal(near.destroyed, true)
      assert.equal(errors.length, 1)
      assert.match(errors[0]!, /^(ECONNRESET|EPIPE)$/)
    })

    it('a write counts as activity where the stream keeps a clock', async () => {
      let isIdle = false
      near.setTimeout(200, () => (isIdle = true))
      far.resume()
      for (let count = 0; count < 30; count++) {
        writer.write(near, Buffer.from('x'))
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      assert.equal(isIdle, false)
    })
  })
}

describe('the trial of the handle', () => {
  it('this Node passes it', async () => {
    const { writer, whyStream } = await findSocketWriter(systemTimers)
    assert.equal(whyStream, undefined)
    assert.ok(writer instanceof HandleWriter)
  })

  const good = handleWriter()
  const faults: readonly [what: string, writer: SocketWriter, why: RegExp][] = [
    ['never says what is pending', streamWriter, /nothing pending/],
    ['loses bytes', { ...bound(good), writeBoth: () => undefined }, /not counted/],
    [
      'turns two pieces round',
      { ...bound(good), writeBoth: (socket, a, b) => good.writeBoth(socket, b, a) },
      /out of order/,
    ],
    ['says all is pending', { ...bound(good), pendingBytes: () => 1 }, /not taken at once/],
    [
      'throws',
      {
        ...bound(good),
        write: () => {
          throw new TypeError('no such method')
        },
      },
      /no such method/,
    ],
  ]
  for (const [what, writer, why] of faults) {
    it(`a writer that ${what} does not`, async () => {
      const verdict = await probe(writer, systemTimers).catch((error: Error) => error.message)
      assert.match(String(verdict), why)
    })
  }

  it('a trial that hangs comes to an end', async () => {
    const mute = { ...bound(good), write: () => undefined }
    const timers = {
      setTimeout: (callback: () => void) => systemTimers.setTimeout(callback, 50),
    }
    const stuck = { ...mute, writeBoth: (socket: Socket) => socket.write('abcd') }
    assert.notEqual(await probe(stuck, timers), undefined)
  })
})

function bound(writer: SocketWriter): SocketWriter {
  return {
    write: (socket, bytes) => writer.write(socket, bytes),
    writeBoth: (socket, first, second) => writer.writeBoth(socket, first, second),
    pendingBytes: (socket) => writer.pendingBytes(socket),
  }
}
