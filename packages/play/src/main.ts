/**
 * The play page's entry: finds its places in the document, starts watching the battle, and loads
 * the part with accounts, friends and chat beside it.
 */
import './style/style.css'
import { assertDefined } from '@battalion/base/assert.ts'
import { createGuest, refreshSession } from '@battalion/client/session.ts'

import { App } from './game/app.ts'
import { createConnect } from './game/connect.ts'
import { exposeDebugHandle } from './game/debug-handle.ts'
import { loadPeople } from './game/load-people.ts'
import { openStorage } from './game/open-storage.ts'
import { SessionStore } from './game/session-store.ts'
import { mountHistory } from './history/mount-history.ts'
import { SessionKeeper } from './session/session-keeper.ts'

const store = new SessionStore(openStorage())
const session = new SessionKeeper({
  store,
  createGuest: () => createGuest(location.origin),
  refresh: (refreshToken, requestKey) => refreshSession(location.origin, refreshToken, requestKey),
})
session.watchOtherTabs()
const app = new App({
  canvas: assertDefined(document.querySelector('canvas'), 'the page has a canvas'),
  root: assertDefined(
    document.querySelector<HTMLElement>('#hud'),
    'the page has a place for the HUD',
  ),
  store,
  connect: createConnect(session),
  sessionRefused: () => session.distrust(session.findToken() ?? ''),
})
exposeDebugHandle(app, session)
const matches = mountHistory({
  root: app.hud.root,
  token: () => session.accessToken(),
  onDialog: (dialog) => app.blockWhileOpen(dialog),
})
app.hud.result.onDetails = (matchId) => matches.openMatch(matchId)
app.hud.result.findRating = (matchId) => matches.findRating(matchId)
await Promise.all([app.watch(), loadPeople({ app, session, store })])
