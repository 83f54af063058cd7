/**
 * A stock Colyseus server around one room class, as its documentation says. Plain JavaScript: the
 * peers' packages are not installed where the project's types are checked.
 */
import { createServer } from 'node:http'
import { Encoder } from '@colyseus/schema'
import { Server } from '@colyseus/core'
import { WebSocketTransport } from '@colyseus/ws-transport'
import { serveBench } from '../servers/bench-talk.ts'

/**
 * Room for the full state of a few thousand; the default of 16 KB would re-encode with a warning.
 */
const STATE_BYTES_MAX = 4 * 1024 * 1024

const silent = () => undefined
const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent }

/** Starts it and answers the runner. */
export async function startColyseus(room, recorder) {
  Encoder.BUFFER_SIZE = STATE_BYTES_MAX
  const http = createServer()
  const transport = new WebSocketTransport({ server: http, perMessageDeflate: false })
  const game = new Server({ transport, greet: false, gracefullyShutdown: false, logger })
  game.define('bench', room)
  await game.listen(0, '127.0.0.1')
  serveBench(`http://127.0.0.1:${http.address().port}`, recorder)
}
