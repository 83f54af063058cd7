/**
 * The people part over made-up answers, without a server: for designing, screenshots and what axe
 * says. The part after `#` is what is looked at: `#call` and `#together` make things come, names of
 * settings make the player an account; the rest opens the panel.
 */
import '../style/style.css'
import '../style/people.css'
import { assertDefined } from '@battalion/base/assert.ts'
import type { HomeLink, HomeListener } from '@battalion/client/home-link.ts'

import type { PeopleHost } from '../people/people-host.ts'
import { mountPeople } from '../people/people.ts'

const ME = 'ada'
const NAMES: Readonly<Record<string, string>> = { ada: 'Ada', bob: 'Bob', cid: 'Cid', dan: 'Dan' }
const friend = (userId: string) => ({ userId, name: NAMES[userId]!, state: 'friends' })
const friends = ['bob', 'cid', 'dan'].map((id) => ({ ...friend(id), isOnline: id !== 'dan' }))
const party = { id: 'p', leaderId: ME, memberIds: [ME, 'bob', 'cid'] }
const engines = { id: 'g', name: 'The Engines', isOpen: false, role: 'owner' }
const guest = {
  userId: ME,
  name: 'Ada',
  kind: 'guest',
  email: null,
  emailVerified: false,
  hasPassword: false,
  locale: 'en',
  privacy: {},
}
const account = { ...guest, kind: 'account', email: 'ada@example.org', hasPassword: true }
const SETTINGS = ['#account', '#security', '#email', '#devices', '#mails', '#data']
const now = '2026-11-27T12:00:00.000Z'
const notices = ['Bob wants to be your friend.', 'Cid invites you to his party.'].map(
  (text, index) => ({
    seq: 2 - index,
    kind: ['friend_request', 'party_invite'][index],
    title: ['Friend request', 'Party'][index],
    text,
    createdAt: now,
    isRead: index > 0,
  }),
)
const session = { sessionId: 's', address: '203.0.113.7', usedAt: now, isCurrent: true }
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/v1/me': SETTINGS.includes(location.hash) ? account : guest,
  '/v1/me/sessions': {
    items: [
      { ...session, device: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140' },
      { ...session, sessionId: 't', device: 'Mozilla/5.0 (iPhone) Safari/605', isCurrent: false },
    ],
  },
  '/v1/me/identities': { items: [{ providerId: 'other', label: 'Other' }] },
  '/v1/blocks': { userIds: [] },
  '/v1/notifications': { notifications: notices },
  '/v1/notifications/mail': { choices: [{ kind: 'friend_asked', isOn: true }] },
  '/v1/parties': { party, invites: [] },
  '/v1/groups': {
    groups: [engines, { id: 'h', name: 'Difference', isOpen: true, role: 'member' }],
    invites: [{ id: 'i', name: 'Analysts', isOpen: false, invitedBy: 'bob' }],
  },
  '/v1/groups/{groupId}/members': {
    members: ['ada', 'bob', 'cid'].map((userId, index) => ({
      userId,
      name: NAMES[userId],
      role: ['owner', 'officer', 'member'][index],
    })),
  },
  '/v1/players': { players: [] },
  '/v1/auth/oidc/providers': { items: [{ id: 'local', label: 'Local' }] },
}
/** What the home connection tells of is asked for by its number. */
const newNotice = (after: number) => {
  const text = 'The server restarts in ten minutes; battles that run are played to their end.'
  return { ...notices[0], seq: after + 1, title: 'Maintenance', text }
}
const answer = async (path: string, options?: { params?: { query?: { after?: number } } }) => {
  const after = options?.params?.query?.after
  if (after !== undefined) return { notifications: [newNotice(after)] }
  return ANSWERS[path] ?? {}
}

const channels = ['global', 'party'].map((kind) => ({
  id: kind,
  kind,
  subject: '',
  lastSeq: 0,
  readSeq: 0,
  unreadCount: 0,
}))

let listener: HomeListener | undefined
const link = {
  welcome: { channels, friends, party, unreadNotifications: 0, stateVersion: 1 },
  listen: (heard: HomeListener) => void (listener = heard),
  send: async () => 1,
  leave: () => undefined,
} as unknown as HomeLink

const hud = assertDefined(document.querySelector<HTMLElement>('#hud'), 'the page has a HUD')
const tools = document.createElement('div')
tools.className = 'tools'
hud.append(tools)
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => {
  document.documentElement.dataset['theme'] = dark.matches ? 'dark' : 'light'
}
dark.addEventListener('change', follow)
follow()
const people = mountPeople({
  hud,
  tools,
  session: { userId: ME, listen: () => undefined, findToken: () => 'token' },
  api: { get: answer, post: answer, put: answer, patch: answer, delete: answer },
  openHome: async () => link,
  game: {
    isPlaying: false,
    releaseKeys: () => undefined,
    blockWhileOpen: () => undefined,
    reenter: async () => undefined,
    openJoin: () => undefined,
    enterBattle: () => new Promise(() => undefined),
    wish: () => ({}),
  },
  look: { theme: 'system', setTheme: () => undefined },
  memory: { read: () => undefined, write: () => undefined },
} as unknown as PeopleHost)
people.connect()
setTimeout(() => {
  const isTogether = location.hash === '#together'
  if (isTogether) people.openChat()
  if (isTogether || location.hash === '#call') {
    const battle = { partyId: 'p', leaderId: 'bob', roomId: 'r', expiresInSec: 15 }
    listener?.item(['party_battle', battle])
    if (isTogether) listener?.item(['notification', { seq: 3, kind: 'staff_notice' }])
  }
  if (location.hash !== '#call') people.togglePanel()
  document.documentElement.dataset['ready'] = 'people'
}, 200)
