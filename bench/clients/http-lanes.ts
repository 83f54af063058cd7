/**
 * HTTP of many users over a few keep-alive sockets: each lane sends one request after another, as a
 * proxy would, and every user has an address of its own (`X-Forwarded-For`).
 */
import { Agent, request } from 'node:http'

import { AppError } from '@battalion/base/app-error.ts'

import { systemClock } from '../../src/system-clock.ts'

export interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whose address it comes from. */
  readonly from: number
  readonly token?: string
  readonly body?: object
  readonly etag?: string
}

export interface Reply {
  readonly status: number
  readonly etag: string
  readonly json: Record<string, unknown>
}

export class HttpLanes {
  readonly #agent: Agent
  readonly #url: URL
  readonly #lanes: number

  constructor(url: string, lanes: number) {
    this.#url = new URL(url)
    this.#lanes = lanes
    this.#agent = new Agent({ keepAlive: true, maxSockets: lanes })
  }

  /** Calls `work` for 0 to `count` - 1, as many at once as there are lanes; ms of each. */
  async each(count: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
    const tookMs: number[] = []
    let next = 0
    const lane = async () => {
      for (let index = next++; index < count; index = next++) {
        const startMs = systemClock.monotonicMs()
        await work(index)
        tookMs.push(systemClock.monotonicMs() - startMs)
      }
    }
    await Promise.all(Array.from({ length: this.#lanes }, lane))
    return tookMs
  }

  /** One request; throws for what is no success. */
  async ask(call: Call): Promise<Reply> {
    const reply = await this.#send(call)
    if (reply.status < 400) return reply
    const why = `${call.method} ${call.path}: ${reply.status} ${String(reply.json['code'])}`
    throw new AppError('internal', why)
  }

  close(): void {
    this.#agent.destroy()
  }

  #send({ method, path, from, token, body, etag }: Call): Promise<Reply> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      'x-forwarded-for': `10.${(from >> 16) & 255}.${(from >> 8) & 255}.${from & 255}`,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
      ...(text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
    }
    const { hostname, port } = this.#url
    return new Promise((resolve, reject) => {
      const asked = request(
        { agent: this.#agent, hostname, port, method, path, headers },
        (got) => {
          const chunks: Buffer[] = []
          got.on('data', (chunk: Buffer) => chunks.push(chunk))
          got.on('error', reject)
          got.on('end', () => {
            const said = Buffer.concat(chunks).toString('utf8')
            const json = said === '' ? {} : (JSON.parse(said) as Record<string, unknown>)
            resolve({ status: got.statusCode ?? 0, etag: got.headers.etag ?? '', json })
          })
        },
      )
      asked.on('error', reject)
      asked.end(text)
    })
  }
}
