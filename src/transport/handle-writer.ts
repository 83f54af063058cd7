/**
 * Writes straight to the libuv handle of a TCP socket, past Node's stream layer (request objects,
 * writable state, a callback in the next tick: 0.6 µs of every write). When the kernel takes all at
 * once, as it nearly always does, nothing is left to be done and the request is used again; when it
 * does not, libuv holds the rest, the request keeps the bytes alive, and they count as pending.
 *
 * Private API of Node, named in this file alone and tried out at start-up (probe-handle-writer.ts).
 * Never overtakes what the stream still holds, never writes to a socket that ended, is not used
 * where `socket.setTimeout` is (the stream's clock would not see these writes). Decision 0012.
 */
import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import { assert } from '@battalion/base/assert.ts'
import { streamWriter } from './socket-writer.ts'
import type { SocketWriter } from './socket-writer.ts'

/** What libuv reports back with; also keeps the bytes until then. */
interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number) => void
  socket: Socket | undefined
  bytes: readonly Buffer[]
}

/** The parts of a TCP handle in use; both return 0 or an error number below it. */
interface TcpHandle {
  writeBuffer(request: WriteRequest, bytes: Buffer): number
  writev(request: WriteRequest, chunks: readonly Buffer[], areBuffers: true): number
}

/** Node's `stream_wrap` binding. */
interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest
  /** State of the write made last, by index. */
  readonly streamBaseState: ArrayLike<number>
  readonly kLastWriteWasAsync: number
}

/** The binding; undefined where Node has none of this shape. */
export function findStreamBinding(): StreamBinding | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => Partial<StreamBinding> }
  if (typeof binding !== 'function') return undefined
  try {
    const found = binding.call(process, 'stream_wrap')
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = found
    if (typeof WriteWrap !== 'function' || typeof kLastWriteWasAsync !== 'number') return undefined
    if (typeof streamBaseState?.[kLastWriteWasAsync] !== 'number') return undefined
    return { WriteWrap, streamBaseState, kLastWriteWasAsync }
  } catch {
    return undefined
  }
}

/** The handle of `socket` as it is now; undefined when there is none that can be written to. */
export function findTcpHandle(socket: Socket): TcpHandle | undefined {
  const handle = (socket as unknown as { readonly _handle?: Partial<TcpHandle> | null })._handle
  if (typeof handle?.writeBuffer !== 'function') return undefined
  return typeof handle.writev === 'function' ? (handle as TcpHandle) : undefined
}

export class HandleWriter implements SocketWriter {
  readonly #binding: StreamBinding
  /** Sockets libuv holds bytes of: an entry ends with its last request. */
  readonly #pending = new Map<Socket, number>()
  #request: WriteRequest
  #pair: Buffer[] = []

  constructor(binding: StreamBinding) {
    this.#binding = binding
    this.#request = this.#createRequest()
  }

  write(socket: Socket, bytes: Buffer): void {
    const handle = findFreeHandle(socket)
    if (handle === undefined) return streamWriter.write(socket, bytes)
    // The kernel refused: nothing of it was written, and the stream reports the same in its way.
    if (handle.writeBuffer(this.#request, bytes) !== 0) return streamWriter.write(socket, bytes)
    if (this.#wasAsync()) this.#await(socket, [bytes])
  }

  writeBoth(socket: Socket, first: Buffer, second: Buffer): void {
    const handle = findFreeHandle(socket)
    if (handle === undefined) return streamWriter.writeBoth(socket, first, second)
    const pair = this.#pair
    pair[0] = first
    pair[1] = second
    const failure = handle.writev(this.#request, pair, true)
    if (failure !== 0) return streamWriter.writeBoth(socket, first, second)
    if (!this.#wasAsync()) return
    this.#pair = []
    this.#await(socket, pair)
  }

  pendingBytes(socket: Socket): number {
    return this.#pending.size === 0 ? 0 : (this.#pending.get(socket) ?? 0)
  }

  #wasAsync(): boolean {
    const { streamBaseState, kLastWriteWasAsync } = this.#binding
    return streamBaseState[kLastWriteWasAsync] !== 0
  }

  /** libuv has the current request until it is complete; the next write needs another one. */
  #await(socket: Socket, bytes: readonly Buffer[]): void {
    const request = this.#request
    request.socket = socket
    request.bytes = bytes
    this.#request = this.#createRequest()
    this.#pending.set(socket, this.pendingBytes(socket) + lengthOf(bytes))
  }

  #createRequest(): WriteRequest {
    const request = new this.#binding.WriteWrap()
    request.socket = undefined
    request.bytes = []
    const complete = (status: number) => this.#complete(request, status)
    request.oncomplete = complete
    return request
  }

  #complete({ socket, bytes }: WriteRequest, status: number): void {
    assert(socket !== undefined, 'a request that completes was waited for')
    const left = this.pendingBytes(socket) - lengthOf(bytes)
    assert(left >= 0, 'what is pending was counted')
    if (left === 0) this.#pending.delete(socket)
    else this.#pending.set(socket, left)
    // A socket destroyed meanwhile cancels its writes: no news to anybody.
    if (status < 0 && !socket.destroyed) socket.destroy(writeError(status))
  }
}

/** The handle of a socket whose stream holds nothing that would have to go first. */
function findFreeHandle(socket: Socket): TcpHandle | undefined {
  if (socket.writableLength !== 0 || socket.writableCorked !== 0) return undefined
  if (socket.connecting || socket.writableEnded || socket.destroyed) return undefined
  if (socket.timeout !== undefined && socket.timeout !== 0) return undefined
  return findTcpHandle(socket)
}

function lengthOf(bytes: readonly Buffer[]): number {
  let length = 0
  for (const piece of bytes) length += piece.byteLength
  return length
}

/** As a stream reports it. */
function writeError(status: number): Error {
  const code = getSystemErrorName(status)
  return Object.assign(new Error(`write ${code}`), { code, errno: status, syscall: 'write' })
}
