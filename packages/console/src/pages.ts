/** Every page of the console: its address, its place in the menu, what it needs. */
import type { ComponentType } from 'preact'

import { BalanceVersionPage } from './pages/balance-version.tsx'
import { Balance } from './pages/balance.tsx'
import { Audit } from './pages/audit.tsx'
import { Channel } from './pages/channel.tsx'
import { Channels } from './pages/channels.tsx'
import { Invites } from './pages/invites.tsx'
import { Jobs } from './pages/jobs.tsx'
import { Match } from './pages/match.tsx'
import { Matches } from './pages/matches.tsx'
import { Player } from './pages/player.tsx'
import { Players } from './pages/players.tsx'
import { Providers } from './pages/providers.tsx'
import { Reports } from './pages/reports.tsx'
import { Staff } from './pages/staff.tsx'
import { Words } from './pages/words.tsx'
import { Overview } from './pages/overview.tsx'
import { Room } from './pages/room.tsx'
import { Rooms } from './pages/rooms.tsx'
import { WebhookPage } from './pages/webhook.tsx'
import { Webhooks } from './pages/webhooks.tsx'

/** A page. */
export interface PageEntry {
  /** Two parts at most below `/console`; `:id` is handed to the page. */
  readonly path: string
  /** In the menu; a page without one is reached from another page. */
  readonly label?: string
  readonly group: 'Now' | 'People' | 'Game' | 'House'
  readonly permission: string
  readonly component: ComponentType<{ readonly id?: string }>
}

export const PAGES: readonly PageEntry[] = [
  {
    path: '/console/overview',
    label: 'Overview',
    group: 'Now',
    permission: 'rooms.read',
    component: Overview,
  },
  {
    path: '/console/rooms',
    label: 'Rooms',
    group: 'Now',
    permission: 'rooms.read',
    component: Rooms,
  },
  { path: '/console/rooms/:id', group: 'Now', permission: 'rooms.read', component: Room },
  {
    path: '/console/players',
    label: 'Players',
    group: 'People',
    permission: 'players.read',
    component: Players,
  },
  {
    path: '/console/players/:id',
    group: 'People',
    permission: 'players.read',
    component: Player,
  },
  {
    path: '/console/reports',
    label: 'Reports',
    group: 'People',
    permission: 'reports.read',
    component: Reports,
  },
  {
    path: '/console/matches',
    label: 'Matches',
    group: 'Game',
    permission: 'results.read',
    component: Matches,
  },
  { path: '/console/matches/:id', group: 'Game', permission: 'results.read', component: Match },
  {
    path: '/console/balance',
    label: 'Balance',
    group: 'Game',
    permission: 'balance.read',
    component: Balance,
  },
  {
    path: '/console/balance/:id',
    group: 'Game',
    permission: 'balance.read',
    component: BalanceVersionPage,
  },
  {
    path: '/console/reports/:id',
    group: 'People',
    permission: 'reports.read',
    component: Reports,
  },
  {
    path: '/console/channels',
    label: 'Channels',
    group: 'People',
    permission: 'reports.read',
    component: Channels,
  },
  {
    path: '/console/channels/:id',
    group: 'People',
    permission: 'reports.read',
    component: Channel,
  },
  {
    path: '/console/words',
    label: 'Words',
    group: 'People',
    permission: 'reports.read',
    component: Words,
  },
  {
    path: '/console/staff',
    label: 'Staff',
    group: 'House',
    permission: 'roles.write',
    component: Staff,
  },
  {
    path: '/console/webhooks',
    label: 'Webhooks',
    group: 'House',
    permission: 'webhooks.write',
    component: Webhooks,
  },
  {
    path: '/console/webhooks/:id',
    group: 'House',
    permission: 'webhooks.write',
    component: WebhookPage,
  },
  {
    path: '/console/invites',
    label: 'Invite codes',
    group: 'House',
    permission: 'invites.write',
    component: Invites,
  },
  {
    path: '/console/providers',
    label: 'Sign-in providers',
    group: 'House',
    permission: 'providers.write',
    component: Providers,
  },
  {
    path: '/console/jobs',
    label: 'Jobs',
    group: 'House',
    permission: 'jobs.read',
    component: Jobs,
  },
  {
    path: '/console/audit',
    label: 'Audit log',
    group: 'House',
    permission: 'audit.read',
    component: Audit,
  },
]
