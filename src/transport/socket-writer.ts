/**
 * How finished bytes get into a TCP socket: by Node's stream, which always works, or past it
 * (handle-writer.ts). Whoever writes has seen that the socket is open.
 */
import type { Socket } from 'node:net'

export interface SocketWriter {
  /** Writes `bytes`, which must stay unchanged until the socket has drained. */
  write(socket: Socket, bytes: Buffer): void
  /** The same for two pieces in one system call. */
  writeBoth(socket: Socket, first: Buffer, second: Buffer): void
  /** Bytes taken past the stream and not yet by the kernel; they are not in `writableLength`. */
  pendingBytes(socket: Socket): number
}

/** Node's own way: about 0.6 µs dearer a write than the handle. */
export const streamWriter: SocketWriter = {
  write(socket, bytes) {
    socket.write(bytes)
  },
  writeBoth(socket, first, second) {
    socket.cork()
    socket.write(first)
    socket.write(second)
    socket.uncork()
  },
  pendingBytes: () => 0,
}

/** The bytes a slab lies in, as bytes and as a Buffer. */
let lastSlab: Uint8Array = Buffer.alloc(0)
let lastSlabBuffer: Buffer = Buffer.alloc(0)

/**
 * `slab` as a Buffer. A stream makes a Buffer of every Uint8Array it is given, 0.5 to 1 µs a frame;
 * a part of a Buffer is one already, and thousands of frames lie in one slab.
 */
export function bufferOf(slab: Uint8Array): Buffer {
  if (slab !== lastSlab) {
    lastSlab = slab
    lastSlabBuffer = Buffer.from(slab.buffer as ArrayBuffer, slab.byteOffset, slab.byteLength)
  }
  return lastSlabBuffer
}
