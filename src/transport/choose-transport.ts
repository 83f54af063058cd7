/**
 * Which WebSocket implementation serves the rooms: `ws` (default), `lean` (our own), `uws`
 * (not on npm, loaded at run time when somebody installed it). Never falls back silently: who asks
 * for a transport gets that one or a line that says what to do.
 */
import type { Server as HttpServer } from 'node:http'
import type { Timers } from '@battalion/base/clock.ts'
import type { BeforeUpgradeHandler, Transport } from '@colyseus/core'
import { WebSocketTransport } from '@colyseus/ws-transport'
import { guardTarget } from './guard-target.ts'
import { LeanTransport, createLeanSockets } from './lean-transport.ts'
import { findSocketWriter } from './probe-handle-writer.ts'
import type { SocketWriter } from './socket-writer.ts'
import { createWsSockets } from './ws-socket.ts'
import type { WsSockets } from './ws-socket.ts'

export type TransportName = 'ws' | 'lean' | 'uws'

/** A transport that cannot be had; `message` is the whole line an operator sees. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
}

export interface TransportRequest {
  readonly name: TransportName
  /** The HTTP server whose upgrades become rooms' sockets. */
  readonly server: HttpServer
  /** For pings and deadlines of `lean`; `ws` has its own. */
  readonly timers: Timers
  /** Origin allowlist and the like, asked before each handshake. */
  readonly beforeUpgrade?: BeforeUpgradeHandler
  /** How a module is loaded; tests hand in a fake. */
  readonly importModule?: (specifier: string) => Promise<unknown>
}

export interface ChosenTransport {
  readonly transport: Transport
  readonly sockets: WsSockets
  /** Why frames go through Node's streams, a little dearer; undefined: they do not. */
  readonly whyStream: string | undefined
}

/**
 * Limits of the WebSocket layer (faults.md 1.1). A message over `maxPayload` bytes ends with 1009;
 * the two counts bound the memory of a message sent in tiny pieces (ws advisory, fixed in 8.21).
 */
export const WS_LIMITS = {
  maxPayload: 2048,
  maxFragments: 16,
  maxBufferedChunks: 64,
  perMessageDeflate: false,
  /** A peer that does not answer a ping within two of these is cut off (ms). */
  pingInterval: 3000,
  pingMaxRetries: 2,
  /** A peer that does not answer our close frame is cut off after this (ms); ws waits 30 s. */
  closeTimeout: 2000,
} as const

const UWS_PACKAGE = '@colyseus/uwebsockets-transport'
const UWS_INSTALL = 'npm i --no-save --allow-git=all @colyseus/uwebsockets-transport@0.18.2'

/** The transport `request.name` asks for; throws {@link TransportError} when it cannot be had. */
export async function chooseTransport(request: TransportRequest): Promise<ChosenTransport> {
  if (request.name === 'uws') {
    return await refuseUws(request.importModule ?? ((specifier) => import(specifier)))
  }
  const { writer, whyStream } = await findSocketWriter(request.timers)
  const create = request.name === 'lean' ? createLeanTransport : createWsTransport
  return { ...create(request, writer), whyStream }
}

type MadeTransport = Omit<ChosenTransport, 'whyStream'>

function createWsTransport(request: TransportRequest, writer: SocketWriter): MadeTransport {
  const { server, beforeUpgrade } = request
  const hook = beforeUpgrade === undefined ? {} : { beforeUpgrade }
  const transport = new WebSocketTransport({ ...WS_LIMITS, server, ...hook })
  guardTarget(server)
  return { transport, sockets: createWsSockets(writer) }
}

/** The same limits as `ws` has, over our own framing. */
function createLeanTransport(request: TransportRequest, writer: SocketWriter): MadeTransport {
  const { server, timers, beforeUpgrade } = request
  const transport = new LeanTransport({
    server,
    timers,
    writer,
    limits: {
      messageBytesMax: WS_LIMITS.maxPayload,
      fragmentsMax: WS_LIMITS.maxFragments,
      piecesMax: WS_LIMITS.maxBufferedChunks,
    },
    pingIntervalMs: WS_LIMITS.pingInterval,
    pingMissesMax: WS_LIMITS.pingMaxRetries,
    ...(beforeUpgrade === undefined ? {} : { beforeUpgrade }),
  })
  return { transport, sockets: createLeanSockets() }
}

/** uWebSockets.js has sockets of its own kind; until they stand behind the port, say so. */
async function refuseUws(importModule: (specifier: string) => Promise<unknown>): Promise<never> {
  try {
    await importModule(UWS_PACKAGE)
  } catch (error) {
    throw explainMissingUws(error)
  }
  throw new TransportError(
    'TRANSPORT=uws: uWebSockets.js is installed, but this version has no sockets for it yet; use TRANSPORT=ws.',
  )
}

function explainMissingUws(error: unknown): TransportError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_MODULE_NOT_FOUND') {
    return new TransportError(
      `TRANSPORT=uws: uWebSockets.js is not installed and not on npm. On a host that reaches GitHub, with glibc 2.38 or newer: ${UWS_INSTALL}`,
      { cause: error },
    )
  }
  return new TransportError('TRANSPORT=uws: uWebSockets.js is installed but does not load here.', {
    cause: error,
  })
}
