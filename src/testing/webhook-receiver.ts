/** A server that webhooks call, on a port of this machine, answering as a test says. Tests only. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** One call. */
export interface ReceivedCall {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** The server and what it heard. */
export interface WebhookReceiver {
  readonly port: number
  readonly url: string
  readonly calls: ReceivedCall[]
  /** Sockets that ever reached it. */
  socketCount: number
  /** Calls under way at once, at most. */
  atOnceMax: number
  answer: (request: IncomingMessage, response: ServerResponse) => void
}

/** Starts one that answers 204. */
export async function startReceiver(test: Pick<TestContext, 'after'>): Promise<WebhookReceiver> {
  let atOnce = 0
  const server = createServer((request, response) => {
    receiver.atOnceMax = Math.max(receiver.atOnceMax, ++atOnce)
    response.on('close', () => atOnce--)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url: path = '', headers } = request
      receiver.calls.push({ path, headers, body: Buffer.concat(chunks).toString() })
      receiver.answer(request, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const receiver: WebhookReceiver = {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    calls: [],
    socketCount: 0,
    atOnceMax: 0,
    answer: (_, response) => void response.writeHead(204).end(),
  }
  server.on('connection', () => receiver.socketCount++)
  test.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return receiver
}
