/** `GET /v1/players`: who is behind an id, and who is called so. Nothing but names is public. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from '@hono/zod-openapi'

import type { Accounts } from '../services/identity/accounts.ts'
import { PLAYER_IDS_MAX, PLAYER_NAME_CHARS_MIN } from '../services/identity/find-players.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addUserRoute } from './user-route.ts'

const UUID_CHARS = 36
const IDS_CHARS_MAX = PLAYER_IDS_MAX * (UUID_CHARS + 1)

const Player = z
  .object({ userId: z.uuid(), name: z.string(), kind: z.enum(['guest', 'account', 'bot']) })
  .openapi('Player')

const Ids = z
  .string()
  .max(IDS_CHARS_MAX)
  .transform((text) => text.split(','))
  .pipe(z.array(z.uuid()).max(PLAYER_IDS_MAX))
  .openapi({ type: 'string', description: `at most ${PLAYER_IDS_MAX}, with commas between` })

/** Adds the route. */
export function addPlayerRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  accounts: Pick<Accounts, 'findPlayers' | 'findPlayersByName'>,
): void {
  addUserRoute(app, guards, 'GET /v1/players', {
    summary: 'Players by ids, or accounts whose names begin so (at most 10)',
    query: z.object({
      ids: Ids.optional(),
      name: z.string().min(PLAYER_NAME_CHARS_MIN).max(100).optional(),
    }),
    answer: z.object({ players: z.array(Player) }).openapi('Players'),
    run: async ({ query: { ids = [], name } }) => ({
      players:
        name === undefined
          ? await accounts.findPlayers(ids)
          : await accounts.findPlayersByName(name),
    }),
  })
}
