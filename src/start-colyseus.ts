/**
 * Starts Colyseus without letting it own anything: no signal handlers, no banner, no routes of its
 * own on the port. Its framework routes are bound and then taken off again; the public server's
 * only request listener is ours. A new Colyseus that binds otherwise fails the asserts here at
 * start-up.
 */
import type { Server as HttpServer } from 'node:http'

import { assert } from '@battalion/base/assert.ts'
import { Server } from '@colyseus/core'
import type { Room, Transport } from '@colyseus/core'
import { getRequestListener } from '@hono/node-server'

import type { Logger } from '../rooms/ports.ts'

/** What Colyseus is given. */
export interface ColyseusOptions {
  readonly server: HttpServer
  readonly transport: Transport
  readonly logger: Logger
  readonly rooms: Readonly<Record<string, new () => Room>>
  readonly fetch: (request: Request, env: object) => Response | Promise<Response>
}

/** Colyseus over our server; not yet listening. */
export async function startColyseus(options: ColyseusOptions): Promise<Server> {
  const { server } = options
  assert(server.listenerCount('request') === 0, 'no route is on the port before Colyseus')
  const game = new Server({
    transport: options.transport,
    gracefullyShutdown: false,
    greet: false,
    logger: toConsole(options.logger),
  })
  for (const [name, room] of Object.entries(options.rooms)) game.define(name, room)
  await game.serverless()
  assert(server.listenerCount('request') === 1, 'Colyseus binds exactly one request listener')
  server.removeAllListeners('request')
  const listener = getRequestListener(options.fetch, { overrideGlobalObjects: false })
  server.on('request', (request, response) => {
    listener(request, response).catch((error: unknown) => {
      options.logger.error({ event: 'http.error', err: error }, 'a request broke')
      response.destroy()
    })
  })
  return game
}

/** A port that is taken is told once and in plain words, by whoever asked for it. */
function isListenFailure(text: string): boolean {
  return text.startsWith('Error: listen ')
}

/** Colyseus logs like a console; ours takes fields and a sentence. */
function toConsole(logger: Logger) {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => {
    return (...args: unknown[]) => {
      const err = args.find((arg) => arg instanceof Error)
      const text = args.filter((arg) => typeof arg === 'string').join(' ')
      if (isListenFailure(text)) return
      logger[level]({ event: 'colyseus', ...(err === undefined ? {} : { err }) }, text)
    }
  }
  return {
    trace: line('debug'),
    debug: line('debug'),
    info: line('debug'),
    warn: line('warn'),
    error: line('error'),
  }
}
