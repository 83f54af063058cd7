/**
 * The ops port: liveness, readiness, start-up, metrics. A server of its own, bound to OPS_HOST, so
 * that nothing here is ever on the public port [G-16] and a flood there does not starve it.
 * Liveness never asks a dependency: that would turn an outage into a restart storm.
 */
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'

/** One part of readiness. */
export interface HealthPart {
  readonly ok: boolean
  readonly detail: string
}

/** What the ops port shows. */
export interface OpsPorts {
  readonly isStarted: () => boolean
  /** Parts that decide whether this process is alive. */
  readonly liveness: () => Readonly<Record<string, HealthPart>>
  /** Parts that decide whether it should get traffic. */
  readonly readiness: () => Readonly<Record<string, HealthPart>>
  readonly metricsText: () => Promise<string>
  readonly metricsType: string
}

const TIMEOUT_MS = 5000
const CONNECTIONS_MAX = 100
const JSON_TYPE = 'application/json'

/** The server, not yet listening. */
export function createOpsServer(ports: OpsPorts): Server {
  const server = createServer({ headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS })
  server.maxConnections = CONNECTIONS_MAX
  server.on('request', (request, response) => {
    const path = (request.url ?? '/').split('?')[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, '', '')
    if (path === '/livez') return sendParts(response, ports.liveness())
    if (path === '/readyz') return sendParts(response, ports.readiness())
    if (path === '/startupz') {
      const detail = ports.isStarted() ? 'started' : 'starting'
      return sendParts(response, { startup: { ok: ports.isStarted(), detail } })
    }
    if (path === '/metrics') return sendMetrics(response, ports)
    return send(response, 404, JSON_TYPE, '{"error":"not found"}\n')
  })
  return server
}

function sendParts(response: ServerResponse, parts: Readonly<Record<string, HealthPart>>): void {
  const ok = Object.values(parts).every((part) => part.ok)
  send(response, ok ? 200 : 503, JSON_TYPE, `${JSON.stringify({ ok, parts })}\n`)
}

function sendMetrics(response: ServerResponse, ports: OpsPorts): void {
  ports.metricsText().then(
    (text) => send(response, 200, ports.metricsType, text),
    () => send(response, 500, JSON_TYPE, '{"error":"metrics failed"}\n'),
  )
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (type !== '') headers['content-type'] = type
  response.writeHead(status, headers)
  response.end(body)
}
