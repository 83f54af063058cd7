/**
 * The opening handshake (RFC 6455 4.2): is this upgrade a WebSocket's, and the answer to it. No
 * extension is ever agreed on: compression stays off. Never throws, whatever the request holds.
 */
import { createHash } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const VERSION = '13'
/** 16 bytes in base64. */
const KEY_SHAPE = /^[+/0-9A-Za-z]{22}==$/
/** A token of RFC 9110 5.6.2; nothing else of a client's is ever echoed. */
const TOKEN_SHAPE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/

/** Why an upgrade is turned away. */
export interface HandshakeFault {
  readonly status: 400 | 405 | 426
  readonly headers?: readonly string[]
}

/** What is wrong with an upgrade request, undefined when nothing is. */
export function findHandshakeFault(request: IncomingMessage): HandshakeFault | undefined {
  const { method, headers } = request
  if (method !== 'GET') return { status: 405 }
  if (headers.upgrade?.toLowerCase() !== 'websocket') return { status: 400 }
  if (!KEY_SHAPE.test(headers['sec-websocket-key'] ?? '')) return { status: 400 }
  if (headers['sec-websocket-version'] !== VERSION) {
    return { status: 426, headers: [`Sec-WebSocket-Version: ${VERSION}`] }
  }
  const offered = headers['sec-websocket-protocol']
  if (offered !== undefined && findProtocol(offered) === undefined) return { status: 400 }
  return undefined
}

/** The answer that makes a WebSocket of the connection; the request has no fault. */
export function acceptText(request: IncomingMessage): string {
  const key = request.headers['sec-websocket-key'] ?? ''
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
  ]
  const protocol = findProtocol(request.headers['sec-websocket-protocol'] ?? '')
  // Browsers drop a connection whose offer nobody took up.
  if (protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${protocol}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** `Sec-WebSocket-Accept` for a key. */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}${ACCEPT_GUID}`).digest('base64')
}

/** Turns an upgrade away and closes. */
export function refuseUpgrade(socket: Duplex, fault: HandshakeFault): void {
  const head = [
    statusLine(fault.status),
    ...(fault.headers ?? []),
    'Content-Length: 0',
    'Connection: close',
  ]
  socket.once('finish', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n`)
}

/** Answers an upgrade with what a `beforeUpgrade` hook decided, and closes. */
export async function answerUpgrade(socket: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer())
  if (socket.destroyed) return
  const head = [statusLine(response.status)]
  for (const [name, value] of response.headers) {
    if (name !== 'content-length' && name !== 'connection') head.push(`${name}: ${value}`)
  }
  head.push(`Content-Length: ${body.byteLength}`, 'Connection: close', '', '')
  socket.once('finish', () => socket.destroy())
  socket.end(Buffer.concat([Buffer.from(head.join('\r\n')), body]))
}

/** The first protocol a client offers, undefined when it is no token. */
function findProtocol(offered: string): string | undefined {
  const first = offered.split(',')[0]!.trim()
  return TOKEN_SHAPE.test(first) ? first : undefined
}

function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`
}
