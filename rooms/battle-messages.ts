/**
 * Shapes of what a battle's clients send beside inputs (`ClientMessages` of packages/wire), and of
 * the options they join with. Strict: an unknown field is a foreign client and is closed.
 */
import { z } from 'zod'
import { MAP_METRES_MAX } from '@battalion/sim/limits.ts'

/** Longest id of a mode, map, class or region (characters). */
const ID_CHARACTERS_MAX = 64
/** Bots one message may ask for. */
export const BOTS_PER_REQUEST_MAX = 50

/** Longest round trip a client can tell of (ms). */
const PING_MS_MAX = 60_000

const id = z.string().min(1).max(ID_CHARACTERS_MAX)
const place = z.number().min(0).max(MAP_METRES_MAX)

export const LOADOUT = z.strictObject({ classId: id })
export const GIVE_UP = z.strictObject({})
export const LOOK = z.strictObject({ x: place, z: place })
export const RTT = z.strictObject({
  id: z.number().int().min(0).max(0xffffffff),
  ms: z.number().min(0).max(PING_MS_MAX).optional(),
})
export const ADD_BOTS = z.strictObject({ count: z.number().int().min(1).max(BOTS_PER_REQUEST_MAX) })

/** Options of a join. Unknown fields are ignored: the HTTP guard has refused them already. */
export const JOIN_WISHES = z.object({
  mode: id.optional(),
  map: id.optional(),
  region: id.optional(),
  spectate: z.boolean().optional(),
  name: z.string().max(200).optional(),
  classId: id.optional(),
  protocolVersion: z.number().int().optional(),
})
export type JoinWishes = z.infer<typeof JOIN_WISHES>

/** The options of a join; what is not an object of wishes counts as none. */
export function readJoinWishes(options: unknown): JoinWishes {
  const parsed = JOIN_WISHES.safeParse(options)
  return parsed.success ? parsed.data : {}
}
