/**
 * The real server with a saboteur inside, for C-09: after start it takes orders over IPC and breaks
 * one method of one living room. Nothing of this is in the product: it reaches into objects from
 * outside, in a process of its own. Never started by hand.
 */
import { matchMaker } from '@colyseus/core'

import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { endWithParent } from '../child-life.ts'

/** Where a room can be made to throw. */
export type SabotagePlace = 'tick' | 'patch' | 'join' | 'leave' | 'input' | 'timer' | 'async'

/** Break `place` of a room for this many calls. */
export interface SabotageOrder {
  readonly roomId: string
  readonly place: SabotagePlace
  readonly times: number
}

interface Methods {
  [name: string]: unknown
}

/** What is broken in a room; private parts of others, by name. */
interface Victim {
  readonly clock: { setTimeout(work: () => unknown, ms: number): unknown }
  readonly session: { readonly match: Methods & { readonly queues: object } }
}

function breakMethod(owner: object, name: string, times: number): void {
  const methods = owner as Methods
  const whole = methods[name] as (...args: unknown[]) => unknown
  let left = times
  methods[name] = (...args: unknown[]) => {
    if (left-- > 0) throw new RangeError(`sabotage of ${name}`)
    methods[name] = whole
    return whole.apply(owner, args)
  }
}

function sabotage({ roomId, place, times }: SabotageOrder): void {
  const room = matchMaker.getLocalRoomById(roomId) as unknown as Victim | undefined
  if (room === undefined) return
  const { session } = room
  if (place === 'tick') breakMethod(session.match, 'step', times)
  else if (place === 'patch') breakMethod(room, 'broadcastPatch', times)
  else if (place === 'join') breakMethod(session, 'join', times)
  else if (place === 'leave') breakMethod(session, 'leave', times)
  else if (place === 'input') breakMethod(session.match.queues, 'push', times)
  else breakTimers(room, place, times)
}

function breakTimers(room: Victim, place: SabotagePlace, times: number): void {
  for (let index = 0; index < times; index++) {
    room.clock.setTimeout(() => {
      if (place === 'async') return Promise.reject(new RangeError('sabotage of a promise'))
      throw new RangeError('sabotage of a timer')
    }, 10)
  }
}

const app = await startApp({ config: readConfig(process.env), collectProcessMetrics: true })
// As in the product: what nobody catches ends the process.
process.on('uncaughtException', () => process.exit(1))
process.on('unhandledRejection', () => process.exit(1))
process.on('message', (order) => sabotage(order as SabotageOrder))
endWithParent(async () => {
  await app.stop()
})
process.send?.({ publicUrl: app.publicUrl, opsUrl: app.opsUrl })
