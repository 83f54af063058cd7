/**
 * `/v1/admin/overview`, `/live` and `/rooms`: what this process does now, as answers and as streams
 * of one event a second.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createRoute, z } from '@hono/zod-openapi'

import type { GuardsFor, HttpEnv } from '../http/http-ports.ts'
import { problemAnswers } from '../http/problem-answers.ts'
import { answer, OPERATOR_READ_SECURITY, STAFF_ANSWERS } from './admin-schemas.ts'
import { BattleSummary, Overview, OverviewSample, RoomInside } from './live-ports.ts'
import type { LiveDesk, LiveRoom } from './live-ports.ts'
import { streamResponse } from './live-streams.ts'
import type { LiveEvent, LiveStreams } from './live-streams.ts'

/** Of a large room, players are told again this often (ticks of a stream, s). */
const PLAYERS_EVERY_TICKS = 3

export const RoomParam = z.object({ roomId: z.string().regex(/^[\w-]{1,64}$/) })

const STREAM_ANSWERS = {
  200: {
    description: 'Events of one second each; `end` when there is no more',
    content: { 'text/event-stream': { schema: z.string() } },
  },
  ...problemAnswers('unauthenticated', 'forbidden', 'not_found', 'invalid_request'),
  ...problemAnswers('rate_limited', 'overloaded', 'database_unavailable'),
} as const

type App = OpenAPIHono<HttpEnv>

/** What these routes stand on. */
export interface LiveRoutePorts {
  readonly desk: LiveDesk
  readonly streams: LiveStreams
}

/** Adds the routes to `app`. */
export function addLiveRoutes(app: App, guards: GuardsFor, ports: LiveRoutePorts): void {
  addOverviewRoutes(app, guards, ports)
  addRoomRoutes(app, guards, ports.desk)
  addRoomStream(app, guards, ports)
}

function addOverviewRoutes(app: App, guards: GuardsFor, { desk, streams }: LiveRoutePorts): void {
  const Answer = z
    .object({ overview: Overview, samples: z.array(OverviewSample) })
    .openapi('OverviewAnswer')
  const overview = createRoute({
    method: 'get',
    path: '/v1/admin/overview',
    summary: 'Figures of this process, now and over the last minutes',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/overview')] as const,
    responses: { 200: answer('The figures', Answer), ...STAFF_ANSWERS },
  })
  app.openapi(overview, (context) =>
    context.json({ overview: desk.overview(), samples: [...desk.history()] }, 200),
  )
  const live = createRoute({
    method: 'get',
    path: '/v1/admin/live',
    summary: 'The overview once a second: events `overview`',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/live')] as const,
    responses: STREAM_ANSWERS,
  })
  app.openapi(live, (context) => {
    const stream = streams.open(context.get('operator'), () => overviewEvents(desk))
    return streamResponse(stream)
  })
}

function addRoomRoutes(app: App, guards: GuardsFor, desk: LiveDesk): void {
  const Rooms = z.object({ rooms: z.array(BattleSummary) }).openapi('BattleRooms')
  const list = createRoute({
    method: 'get',
    path: '/v1/admin/rooms',
    summary: 'Battles of this process',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/rooms')] as const,
    responses: { 200: answer('The rooms, oldest first', Rooms), ...STAFF_ANSWERS },
  })
  app.openapi(list, (context) => context.json({ rooms: [...desk.rooms()] }, 200))
  const inside = createRoute({
    method: 'get',
    path: '/v1/admin/rooms/{roomId}',
    summary: 'A battle from inside: figures over time, ticks by phase, who is in it, its log',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/rooms/{roomId}')] as const,
    request: { params: RoomParam },
    responses: {
      200: answer('The room', RoomInside),
      ...STAFF_ANSWERS,
      ...problemAnswers('not_found'),
    },
  })
  app.openapi(inside, (context) => {
    const room = getRoom(desk, context.req.valid('param').roomId)
    const { samples, lines, players } = {
      samples: [...room.samples()],
      lines: [...room.linesAfter(0)],
      players: [...room.players()],
    }
    return context.json({ room: room.summary(), samples, ticks: room.ticks(), players, lines }, 200)
  })
}

function addRoomStream(app: App, guards: GuardsFor, { desk, streams }: LiveRoutePorts): void {
  const live = createRoute({
    method: 'get',
    path: '/v1/admin/rooms/{roomId}/live',
    summary: 'A battle once a second: events `room`, `players`, `lines`',
    security: OPERATOR_READ_SECURITY,
    middleware: [guards('GET /v1/admin/rooms/{roomId}/live')] as const,
    request: { params: RoomParam },
    responses: STREAM_ANSWERS,
  })
  app.openapi(live, (context) => {
    const { roomId } = context.req.valid('param')
    getRoom(desk, roomId)
    const next = roomEvents(desk, roomId)
    return streamResponse(streams.open(context.get('operator'), next))
  })
}

function overviewEvents(desk: LiveDesk): readonly LiveEvent[] {
  return [{ name: 'overview', data: desk.overview() }]
}

function getRoom(desk: LiveDesk, roomId: string): LiveRoom {
  const room = desk.findRoom(roomId)
  if (room === undefined) throw new AppError('not_found', 'There is no such room here.')
  return room
}

/** What a stream of a room tells with each tick; undefined once the room is gone. */
function roomEvents(desk: LiveDesk, roomId: string): () => readonly LiveEvent[] | undefined {
  let ticks = 0
  let lastLine = 0
  return () => {
    const room = desk.findRoom(roomId)
    if (room === undefined) return undefined
    const events: LiveEvent[] = [
      { name: 'room', data: { room: room.summary(), ticks: room.ticks() } },
    ]
    if (ticks % PLAYERS_EVERY_TICKS === 0) events.push({ name: 'players', data: room.players() })
    const lines = room.linesAfter(lastLine)
    lastLine = lines.at(-1)?.number ?? lastLine
    if (lines.length > 0) events.push({ name: 'lines', data: lines })
    ticks++
    return events
  }
}
