/**
 * What a battle does with its clients' messages beside inputs. Each handler sees a value its schema
 * described, finds who sent it, and calls the simulation; an order that makes no sense is answered
 * by a notice or ignored, never an error.
 */
import { NET_ID_NONE } from '@battalion/base/ids.ts'
import { giveUp, setClassWish } from '@battalion/sim/soldiers.ts'
import type { ClientMessages, ServerMessages } from '@battalion/wire/messages.ts'
import type { Client } from '@colyseus/core'
import type { ZodType } from 'zod'
import type { BattleMatch } from './battle-match.ts'
import { ADD_BOTS, GIVE_UP, LOADOUT, LOOK, RTT } from './battle-messages.ts'
import type { Participant } from './participant.ts'
import type { RoomPorts } from './ports.ts'

/** A spectator's view moves at most this often (ms). */
const LOOK_INTERVAL_MS = 100

/** What the handlers need of their room. */
export interface OrderDesk {
  readonly ports: Pick<RoomPorts, 'clock' | 'demo'>
  match(): BattleMatch
  findClass(id: string): number | undefined
  /** Who `client` is; undefined when another connection replaced it. */
  find(client: Client): Participant | undefined
}

/** One message type, its shape, and what it does. */
export interface BattleOrder {
  readonly type: keyof ClientMessages
  readonly schema: ZodType<never>
  readonly handler: (client: Client, message: never) => void
}

/** All message types a battle takes. */
export function battleOrders(desk: OrderDesk): readonly BattleOrder[] {
  return [
    order('rtt', RTT, (client, { id, ms }) => orderRoundTrip(desk, client, { id, ms })),
    order('giveUp', GIVE_UP, (client) => orderGiveUp(desk, client)),
    order('loadout', LOADOUT, (client, { classId }) => orderClass(desk, client, classId)),
    order('look', LOOK, (client, place) => orderLook(desk, client, place)),
    order('addBots', ADD_BOTS, (client, { count }) => orderBots(desk, client, count)),
  ]
}

/** Sends one of the battle's own messages. */
export function sendTo<M extends keyof ServerMessages>(
  client: Client,
  type: M,
  message: ServerMessages[M],
): void {
  client.send(type, message)
}

function order<M extends keyof ClientMessages>(
  type: M,
  schema: ZodType<ClientMessages[M]>,
  handler: (client: Client, message: ClientMessages[M]) => void,
): BattleOrder {
  return { type, schema: schema as never, handler: handler as never }
}

/** What a client says of its round trip is for operators to see; nothing is decided by it. */
function orderRoundTrip(desk: OrderDesk, client: Client, { id, ms }: ClientMessages['rtt']): void {
  sendTo(client, 'rtt', { id })
  const participant = ms === undefined ? undefined : desk.find(client)
  if (participant !== undefined) participant.pingMs = ms ?? null
}

function orderGiveUp(desk: OrderDesk, client: Client): void {
  const player = findPlayer(desk, client)
  if (player !== undefined) giveUp(desk.match().world, player.netId)
}

function orderClass(desk: OrderDesk, client: Client, id: string): void {
  const classId = desk.findClass(id)
  if (classId === undefined) return notice(client, 'unknown_class', 'There is no such class.')
  const player = findPlayer(desk, client)
  if (player === undefined) return
  player.classId = classId
  setClassWish(desk.match().world, player.netId, classId)
}

function orderLook(desk: OrderDesk, client: Client, place: { x: number; z: number }): void {
  const spectator = desk.find(client)
  const nowMs = desk.ports.clock.monotonicMs()
  if (spectator?.isSpectator !== true || nowMs - spectator.lookedAtMs < LOOK_INTERVAL_MS) return
  spectator.lookedAtMs = nowMs
  const { map } = desk.match().world.map
  spectator.viewer.centreX = Math.min(place.x, map.widthMetres)
  spectator.viewer.centreZ = Math.min(place.z, map.depthMetres)
}

function orderBots(desk: OrderDesk, client: Client, count: number): void {
  const { demo } = desk.ports
  if (demo === undefined) return notice(client, 'not_a_demo', 'This server has no demo bots.')
  if (demo.addBots(desk.match().matchId, count)) return
  notice(client, 'bots_full', 'The demo has as many bots as it may have.')
}

function findPlayer(desk: OrderDesk, client: Client): Participant | undefined {
  const participant = desk.find(client)
  return participant?.netId === NET_ID_NONE ? undefined : participant
}

function notice(client: Client, code: string, message: string): void {
  sendTo(client, 'notice', { code, message })
}
