/**
 * The other end of the transport bench, a process of its own: sockets with hand-made framing that
 * take a seat each, acknowledge the join, throw away what comes in and send frames when told to.
 */
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { clientFrame } from './client-frames.ts'

/** What the bench tells the crowd. */
export type CrowdOrder =
  | { readonly kind: 'join'; readonly port: number; readonly paths: readonly string[] }
  | {
      readonly kind: 'send'
      readonly port: number
      readonly bursts: number
      readonly bytes: number
    }

/** What the crowd answers: CPU it spent since the last answer (ms). */
export interface CrowdAnswer {
  readonly cpuMs: number
}

/** Between two frames of one socket (ms). */
const BURST_MS = 8
const crowds = new Map<number, Socket[]>()

function join(port: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('error', reject)
    socket.once('data', () => {
      socket.write(clientFrame({ opcode: 2, payload: Buffer.from([10]) }))
      socket.on('data', (chunk) => answerPing(socket, chunk))
      resolve(socket)
    })
    const key = randomBytes(16).toString('base64')
    const head = [
      `GET ${path} HTTP/1.1`,
      'Host: bench',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${key}`,
      'Sec-WebSocket-Version: 13',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
  })
}

/** A ping without a payload at the end of a chunk; ws-transport cuts off who does not answer. */
function answerPing(socket: Socket, chunk: Buffer): void {
  if (chunk.at(-2) === 0x89 && chunk.at(-1) === 0) socket.write(clientFrame({ opcode: 10 }))
}

async function obey(order: CrowdOrder): Promise<void> {
  if (order.kind === 'join') {
    crowds.set(order.port, await Promise.all(order.paths.map((path) => join(order.port, path))))
    return
  }
  const payload = Buffer.alloc(order.bytes, 3)
  payload.set([17, 2])
  const frame = clientFrame({ opcode: 2, payload })
  for (let burst = 0; burst < order.bursts; burst++) {
    for (const socket of crowds.get(order.port) ?? []) socket.write(frame)
    await new Promise((resolve) => setTimeout(resolve, BURST_MS))
  }
}

let cpu = process.cpuUsage()
async function answer(order: CrowdOrder): Promise<void> {
  await obey(order)
  const used = process.cpuUsage(cpu)
  cpu = process.cpuUsage()
  process.send?.({ cpuMs: (used.user + used.system) / 1000 } satisfies CrowdAnswer)
}

process.on('message', (order: CrowdOrder) => void answer(order))
