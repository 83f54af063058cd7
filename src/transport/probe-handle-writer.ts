/**
 * Tries {@link HandleWriter} out on a real pair of sockets before anything depends on it: bytes
 * arrive whole and in order beside the stream's own, are counted, and a reader that pauses makes
 * them pending and drains them. A Node that does any of it differently gets the stream's writes.
 */
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Timers } from '@battalion/base/clock.ts'
import { HandleWriter, findStreamBinding, findTcpHandle } from './handle-writer.ts'
import { streamWriter } from './socket-writer.ts'
import type { SocketWriter } from './socket-writer.ts'

/** Longest the trial may take (ms); a start must not hang on it. */
const PROBE_MS_MAX = 2000
/** Written again and again until the kernel takes no more (bytes, times: far above its buffers). */
const PIECE_BYTES = 256 * 1024
const PIECES_MAX = 128
const LOOPBACK = '127.0.0.1'

/** The best way to write here, and why it is not the handle when it is not. */
export interface FoundWriter {
  readonly writer: SocketWriter
  readonly whyStream: string | undefined
}

/** Finds it; never throws. */
export async function findSocketWriter(timers: Timers): Promise<FoundWriter> {
  const binding = findStreamBinding()
  if (binding === undefined) return { writer: streamWriter, whyStream: 'no stream_wrap binding' }
  const writer = new HandleWriter(binding)
  try {
    const whyStream = await probe(writer, timers)
    return { writer: whyStream === undefined ? writer : streamWriter, whyStream }
  } catch (error) {
    const whyStream = error instanceof Error ? error.message : String(error)
    return { writer: streamWriter, whyStream }
  }
}

/** What is wrong with `writer`, undefined when it does what it should. */
export async function probe(writer: SocketWriter, timers: Timers): Promise<string | undefined> {
  const server = createServer({ noDelay: true })
  const sockets: Socket[] = []
  const late = Promise.withResolvers<string>()
  const timer = timers.setTimeout(() => late.resolve('the trial took too long'), PROBE_MS_MAX)
  try {
    const trial = connectPair(server, sockets).then((pair) => tryWrites(writer, pair))
    return await Promise.race([trial, late.promise])
  } finally {
    timer.cancel()
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

async function connectPair(server: Server, sockets: Socket[]): Promise<[Socket, Socket]> {
  const failed = Promise.withResolvers<never>()
  const accepted = Promise.withResolvers<Socket>()
  failed.promise.catch(() => undefined)
  const add = (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', failed.reject)
  }
  server.on('error', failed.reject)
  server.on('connection', (socket) => {
    add(socket)
    accepted.resolve(socket)
  })
  server.listen(0, LOOPBACK, () => {
    const far = connect({ port: (server.address() as AddressInfo).port, host: LOOPBACK })
    far.pause()
    add(far)
  })
  const near = await Promise.race([accepted.promise, failed.promise])
  const far = sockets.find((socket) => socket !== near)
  if (far === undefined) throw new RangeError('no pair of sockets')
  return [near, far]
}

async function tryWrites(
  writer: SocketWriter,
  [near, far]: readonly [near: Socket, far: Socket],
): Promise<string | undefined> {
  if (findTcpHandle(near) === undefined) return 'sockets have no such handle'
  writer.write(near, Buffer.from('1'))
  near.write('2')
  writer.writeBoth(near, Buffer.from('3'), Buffer.from('4'))
  if (writer.pendingBytes(near) !== 0) return 'a short write was not taken at once'
  if (near.bytesWritten !== 4) return 'written bytes are not counted'
  const piece = Buffer.alloc(PIECE_BYTES, '5')
  let pieceCount = 0
  while (writer.pendingBytes(near) === 0) {
    if (pieceCount === PIECES_MAX) return 'a reader that pauses left nothing pending'
    writer.write(near, piece)
    pieceCount++
  }
  // Behind the others in libuv's queue, so all of them are complete when this one is.
  const isWritten = new Promise((resolve) => near.write('6', resolve))
  const heard = await hear(far, 4 + pieceCount * PIECE_BYTES + 1)
  if (heard !== '1234 56') return 'bytes came out of order'
  await isWritten
  return writer.pendingBytes(near) === 0 ? undefined : 'a finished write stayed pending'
}

/** Reads so many bytes; the first four and the last two. */
async function hear(socket: Socket, byteCount: number): Promise<string> {
  const done = Promise.withResolvers<void>()
  let head = ''
  let tail = ''
  let heard = 0
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.byteLength
    if (head.length < 4) head = (head + chunk.toString('latin1', 0, 4)).slice(0, 4)
    tail = (tail + chunk.toString('latin1', Math.max(0, chunk.byteLength - 2))).slice(-2)
    if (heard >= byteCount) done.resolve()
  })
  socket.resume()
  await done.promise
  return `${head} ${tail}`
}
