/**
 * A client with nothing but TCP: asks for an upgrade in its own words, writes any bytes, remembers
 * the frames that came back. For tests only.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** The key of RFC 6455 1.3 and what a server must make of it. */
export const SAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
export const SAMPLE_ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

/** A frame of the server. */
export interface ServerFrame {
  readonly opcode: number
  readonly payload: Buffer
}

export interface RawVisitor {
  readonly socket: Socket
  /** Status line and headers. */
  readonly head: string
  readonly frames: ServerFrame[]
  /** Resolves when the server has ended or cut the connection. */
  readonly gone: Promise<void>
  /** Code of the server's close frame: 1005 = without, undefined = no close frame. */
  closeCode(): number | undefined
  closeReason(): string
}

export interface VisitOptions {
  readonly method?: string
  /** Bytes in the same write as the request. */
  readonly body?: Buffer
}

/** Connects and asks; `headers` go over those of a good handshake, '' leaves one out. */
export async function visit(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  { method = 'GET', body = Buffer.alloc(0) }: VisitOptions = {},
): Promise<RawVisitor> {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  const all: Record<string, string> = {
    Host: 'test',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': SAMPLE_KEY,
    'Sec-WebSocket-Version': '13',
    ...headers,
  }
  const lines = Object.entries(all).filter(([, value]) => value !== '')
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const request = `${method} ${path} HTTP/1.1\r\n${text}\r\n`
  socket.write(Buffer.concat([Buffer.from(request), body]))
  return await follow(socket)
}

async function follow(socket: Socket): Promise<RawVisitor> {
  const frames: ServerFrame[] = []
  const gone = new Promise<void>((resolve) => {
    socket.on('end', resolve)
    socket.on('close', () => resolve())
  })
  let head = ''
  let rest = Buffer.alloc(0)
  const headRead = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      const end = head === '' ? rest.indexOf('\r\n\r\n') + 4 : 0
      if (head === '' && end < 4) return
      if (head === '') head = rest.subarray(0, end).toString()
      rest = readFrames(rest.subarray(end), frames)
      resolve()
    })
  })
  await Promise.race([headRead, gone])
  const close = () => frames.find(({ opcode }) => opcode === 8)
  return {
    socket,
    get head() {
      return head
    },
    frames,
    gone,
    closeCode: () => {
      const frame = close()
      if (frame === undefined) return undefined
      return frame.payload.byteLength === 0 ? 1005 : frame.payload.readUInt16BE(0)
    },
    closeReason: () => (close()?.payload ?? Buffer.alloc(2)).subarray(2).toString(),
  }
}

/** Takes whole frames off `bytes`; returns what is left. */
function readFrames(bytes: Buffer, into: ServerFrame[]): Buffer<ArrayBuffer> {
  let rest = Buffer.from(bytes)
  for (;;) {
    if (rest.byteLength < 2) return rest
    const short = rest[1]! & 0x7f
    const start = short === 126 ? 4 : short === 127 ? 10 : 2
    if (rest.byteLength < start) return rest
    let length = short
    if (short === 126) length = rest.readUInt16BE(2)
    if (short === 127) length = Number(rest.readBigUInt64BE(2))
    if (rest.byteLength < start + length) return rest
    into.push({ opcode: rest[0]! & 15, payload: rest.subarray(start, start + length) })
    rest = rest.subarray(start + length)
  }
}
