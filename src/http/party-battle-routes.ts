/**
 * `POST /v1/parties/battle`: the leader takes his party into a battle. Places for all are kept, the
 * others hear `party_battle` on their home rooms, and each joins by the room's id within seconds.
 */
import { AppError } from '@battalion/base/app-error.ts'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { LedParty } from '../services/social/party-battles.ts'
import type { SocialDesk } from '../services/social-desk.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { JoinRequest } from './matchmaking-routes.ts'
import type { PartyGate } from './matchmaking-routes.ts'
import { PARTY_HOLD_MS } from './place-party.ts'
import { addUserRoute } from './user-route.ts'

/** What the route needs. */
export interface PartyBattlePorts {
  readonly desk: Pick<SocialDesk, 'ledParty' | 'tellPartyBattle'>
  readonly parties: PartyGate
  /** Whether the user has a home room open, and so hears of the battle. */
  readonly isHere: (userId: string) => boolean
}

const EXPIRES_IN_SEC = PARTY_HOLD_MS / 1000
/** Who comes says how he is called and dressed when he joins. */
const Wish = JoinRequest.pick({ mode: true, map: true, region: true }).openapi('PartyBattleWish')
const Answer = z.object({ roomId: z.string(), expiresInSec: z.number() }).openapi('PartyBattle')

/** Adds it. */
export function addPartyBattleRoute(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  ports: PartyBattlePorts,
): void {
  const { desk, parties, isHere } = ports
  addUserRoute(app, guards, 'POST /v1/parties/battle', {
    summary: 'Take your party into a battle: places for all of you, or for none',
    body: Wish,
    answer: Answer,
    errors: [
      'forbidden',
      'not_found',
      'conflict',
      'battle_full',
      'overloaded',
      'draining',
      'maintenance',
    ],
    async run({ userId, body }) {
      const party = await desk.ledParty(userId)
      refuseAbsent(party, userId, isHere)
      const roomId = await parties.place({ userId, options: body, party })
      try {
        const expiresInSec = EXPIRES_IN_SEC
        await desk.tellPartyBattle({ party, leaderId: userId, roomId, expiresInSec })
      } catch (error) {
        await parties.release({ partyId: party.id })
        throw error
      }
      return { roomId, expiresInSec: EXPIRES_IN_SEC }
    },
  })
}

/** Who is banned, logged out or away has no home room, and would never hear of it. */
function refuseAbsent(
  { members }: LedParty,
  leaderId: string,
  isHere: PartyBattlePorts['isHere'],
): void {
  const absent = members.find(({ userId }) => userId !== leaderId && !isHere(userId))
  if (absent !== undefined) throw new AppError('conflict', `${absent.name} is not here.`)
}
