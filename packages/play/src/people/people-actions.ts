/**
 * What a player does with people: each action is one request or command, throws what the server
 * says, and leaves it to the feed to tell what became true.
 */
import type { HomeLine } from '@battalion/client/home-messages.ts'

import type { Channel } from './channel-book.ts'
import { PAGE_LINES } from './people-desk.ts'
import { groupActions } from './group-actions.ts'
import type { PeopleDesk } from './people-desk.ts'

/** Why a line is reported; the server's list. */
export const REPORT_REASONS = [
  ['insult', 'Insult'],
  ['hate', 'Hate'],
  ['threat', 'Threat'],
  ['spam', 'Spam'],
  ['cheating', 'Cheating'],
  ['other', 'Something else'],
] as const
export type ReportReason = (typeof REPORT_REASONS)[number][0]

export interface FoundPlayer {
  readonly userId: string
  readonly name: string
}

const to = (userId: string) => ({ params: { path: { userId } } })

/** Bound to one desk. */
export type PeopleActions = ReturnType<typeof createPeopleActions>

export function createPeopleActions(desk: PeopleDesk) {
  return {
    ...chatActions(desk),
    ...friendActions(desk),
    ...partyActions(desk),
    ...groupActions(desk),
  }
}

function chatActions(desk: PeopleDesk) {
  const link = () => {
    if (desk.link !== undefined) return desk.link
    throw { code: 'unavailable', message: 'Not connected at the moment.' }
  }
  const { api } = desk
  return {
    say: async (channelId: string, text: string) => link().send('say', { channelId, text }),
    edit: async ({ channelId, seq }: HomeLine, text: string) =>
      link().send('edit', { channelId, seq, text }),
    erase: async ({ channelId, seq }: HomeLine) => link().send('delete', { channelId, seq }),
    async report({ channelId, seq }: HomeLine, reason: ReportReason, note: string) {
      const path = { channelId, seq }
      await api.post('/v1/channels/{channelId}/messages/{seq}/reports', {
        params: { path },
        body: { reason, note },
      })
    },
    /** The newest page when none is loaded, else the one before. */
    async readPage(channel: Channel) {
      const before = channel.isLoaded ? channel.lines[0]?.seq : undefined
      const { lines } = await api.get('/v1/channels/{channelId}/messages', {
        params: {
          path: { channelId: channel.id },
          query: { limit: PAGE_LINES, ...(before === undefined ? {} : { before }) },
        },
      })
      desk.channels.addPage(channel.id, lines, PAGE_LINES)
      desk.changed.fire()
    },
    async openDirect(userId: string) {
      const { id } = await api.post('/v1/channels', { body: { userId } })
      const own = desk.me?.userId ?? ''
      const subject = [own, userId].sort().join(':')
      desk.channels.open({ id, kind: 'direct', subject })
      desk.activeId = id
      desk.changed.fire()
    },
    async readNotices(upTo: number) {
      desk.unreadNotices = 0
      desk.changed.fire()
      await api.post('/v1/notifications/read', { body: { upTo } })
      desk.notices = desk.notices.map((notice) => ({ ...notice, isRead: true }))
      desk.changed.fire()
    },
  }
}

function friendActions({ api }: PeopleDesk) {
  return {
    async search(name: string): Promise<readonly FoundPlayer[]> {
      const { players } = await api.get('/v1/players', { params: { query: { name } } })
      return players
    },
    ask: (userId: string) => api.post('/v1/friends', { body: { userId } }),
    accept: (userId: string) => api.put('/v1/friends/{userId}', to(userId)),
    /** Ends a friendship, takes a request back, or declines one. */
    unfriend: (userId: string) => api.delete('/v1/friends/{userId}', to(userId)),
    block: (userId: string) => api.put('/v1/blocks/{userId}', to(userId)),
    unblock: (userId: string) => api.delete('/v1/blocks/{userId}', to(userId)),
  }
}

function partyActions(desk: PeopleDesk) {
  const { api } = desk
  const then = async (done: Promise<unknown>) => {
    await done
    await desk.readInvites()
  }
  return {
    invite: (userId: string) => then(api.post('/v1/parties/invites', { body: { userId } })),
    joinParty: (partyId: string) =>
      then(api.post('/v1/parties/{partyId}/members', { params: { path: { partyId } } })),
    declineParty: (partyId: string) =>
      then(api.delete('/v1/parties/{partyId}/invites', { params: { path: { partyId } } })),
    /** Places for all of the party; the battle that keeps them. */
    takeParty: async (wish: { mode?: string; map?: string; region?: string }) =>
      (await api.post('/v1/parties/battle', { body: wish })).roomId,
    promote: (userId: string) => then(api.put('/v1/parties/leader', { body: { userId } })),
    /** Leaves when it is oneself. */
    removeFromParty: (userId: string) =>
      then(api.delete('/v1/parties/members/{userId}', { params: { path: { userId } } })),
  }
}
