/**
 * The whole page over a made-up battle: for designing, screenshots and the render bench.
 * `?n=` soldiers, `?player` to be one of them.
 */
import '../style/style.css'
import { assertDefined } from '@battalion/base/assert.ts'

import { App } from '../game/app.ts'
import { exposeDebugHandle } from '../game/debug-handle.ts'
import { createMemoryStorage } from '../game/open-storage.ts'
import { SessionStore } from '../game/session-store.ts'
import { FakeBattle } from './fake-battle.ts'

const query = new URLSearchParams(location.search)
const soldierCount = Number(query.get('n') ?? 200)
const app = new App({
  canvas: assertDefined(document.querySelector('canvas'), 'the page has a canvas'),
  root: assertDefined(
    document.querySelector<HTMLElement>('#hud'),
    'the page has a place for the HUD',
  ),
  store: new SessionStore(createMemoryStorage()),
  connect: async (request) => new FakeBattle({ soldierCount, isPlayer: !request.spectate }),
})
exposeDebugHandle(app)
await app.watch()
if (query.has('player')) await app.join({ name: 'Recruit 7', classId: 'assault' })
if (query.has('wide')) {
  // The camera knows its map from the second picture on.
  requestAnimationFrame(() => requestAnimationFrame(() => app.showWholeMap()))
}
