/**
 * The people part over made-up answers, without a server: for designing, screenshots and what axe
 * says. `#party`, `#groups`, `#group`, `#call` and `#providers` open what they name.
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
  locale: 'en',
  privacy: {},
}
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/v1/me': guest,
  '/v1/blocks': { userIds: [] },
  '/v1/notifications': { notifications: [] },
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
const answer = async (path: string) => ANSWERS[path] ?? {}

let listener: HomeListener | undefined
const link = {
  welcome: { channels: [], friends, party, unreadNotifications: 0, stateVersion: 1 },
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
  if (location.hash === '#call') {
    const battle = { partyId: 'p', leaderId: 'bob', roomId: 'r', expiresInSec: 15 }
    listener?.item(['party_battle', battle])
  } else people.togglePanel()
  document.documentElement.dataset['ready'] = 'people'
}, 200)
