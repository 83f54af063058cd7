/** All routes of friends, groups, parties, chat, notifications and one's own state. */
import type { OpenAPIHono } from '@hono/zod-openapi'

import type { ModerationDesk } from '../services/moderation-desk.ts'
import type { SocialDesk } from '../services/social-desk.ts'
import { addChannelRoutes } from './channel-routes.ts'
import { addFriendRoutes } from './friend-routes.ts'
import { addGroupRoutes } from './group-routes.ts'
import type { GuardsFor, HttpEnv } from './http-ports.ts'
import { addMailRoutes } from './mail-routes.ts'
import { addModerationRoutes } from './moderation-routes.ts'
import { addNotificationRoutes } from './notification-routes.ts'
import type { NotificationStreams } from './notification-streams.ts'
import type { PartyGate } from './matchmaking-routes.ts'
import { addPartyBattleRoute } from './party-battle-routes.ts'
import { addPartyRoutes } from './party-routes.ts'
import { addStateRoutes } from './state-routes.ts'

/** What the routes need. */
export interface SocialRoutePorts {
  readonly desk: SocialDesk
  readonly moderation: ModerationDesk
  readonly streams: NotificationStreams
  /** Whether the user has a home room open here. */
  readonly isHere: (userId: string) => boolean
}

/** Adds them. */
export function addSocialRoutes(
  app: OpenAPIHono<HttpEnv>,
  guards: GuardsFor,
  ports: SocialRoutePorts & { readonly parties: PartyGate },
): void {
  const { desk, moderation, streams } = ports
  addFriendRoutes(app, guards, desk)
  addGroupRoutes(app, guards, desk)
  addPartyRoutes(app, guards, ports)
  addPartyBattleRoute(app, guards, ports)
  addChannelRoutes(app, guards, desk)
  addNotificationRoutes(app, guards, { desk, streams })
  addMailRoutes(app, guards, desk)
  addModerationRoutes(app, guards, moderation)
  addStateRoutes(app, guards, desk)
}
