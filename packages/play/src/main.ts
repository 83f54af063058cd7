/**
 * The play page's entry: finds its places in the document and starts watching the battle.
 */
import './style/style.css'
import { assertDefined } from '@battalion/base/assert.ts'

import { App } from './game/app.ts'
import { createConnect } from './game/connect.ts'
import { exposeDebugHandle } from './game/debug-handle.ts'
import { openStorage } from './game/open-storage.ts'
import { SessionStore } from './game/session-store.ts'

const store = new SessionStore(openStorage())
const app = new App({
  canvas: assertDefined(document.querySelector('canvas'), 'the page has a canvas'),
  root: assertDefined(
    document.querySelector<HTMLElement>('#hud'),
    'the page has a place for the HUD',
  ),
  store,
  connect: createConnect(store),
})
exposeDebugHandle(app)
await app.watch()
