/**
 * HTTP calls from a chosen loopback address, one connection each unless an agent is given: what an
 * attacker's script does, and how honest clients of a run get addresses of their own. Never throws
 * for an HTTP status; a connection that breaks is status 0.
 */
import { request, type Agent } from 'node:http'

import type { Target } from './raw-link.ts'

export interface HttpCall {
  readonly target: Target
  /** Our address, 127.x.y.z. */
  readonly address: string
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: string | Uint8Array
  readonly agent?: Agent
  /** An answer that has not come by then is status −1 (ms). Default 10 s. */
  readonly withinMs?: number
}

export interface HttpAnswer {
  /** 0 = the connection broke, −1 = no answer in time. */
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly tookMs: number
}

const WITHIN_MS = 10_000

/** Calls and waits for the whole answer. */
export function callHttp(call: HttpCall): Promise<HttpAnswer> {
  const beganMs = performance.now()
  return new Promise((resolve) => {
    const finish = (status: number, text = '', headers: HttpAnswer['headers'] = {}) => {
      clearTimeout(patience)
      resolve({ status, headers, text, tookMs: performance.now() - beganMs })
    }
    const { target, address, path, method = 'GET', headers, body } = call
    const asked = request(
      {
        host: '127.0.0.1',
        port: target.port,
        localAddress: address,
        path,
        method,
        agent: call.agent ?? false,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          finish(answer.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), answer.headers)
        })
        answer.on('error', () => finish(0))
      },
    )
    const patience = setTimeout(() => {
      asked.destroy()
      finish(-1)
    }, call.withinMs ?? WITHIN_MS)
    asked.on('error', (error) => finish(0, error.message))
    asked.end(body)
  })
}
