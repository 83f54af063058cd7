/**
 * Loads the part with accounts, friends and chat: a file and a style of its own, so that the first
 * picture does not wait for them. The page works without, and says nothing when they do not come.
 */
import { createApiClient } from '@battalion/client/api-client.ts'
import { joinHome } from '@battalion/client/home-link.ts'

import type { PeopleHost } from '../people/people-host.ts'
import type { SessionKeeper } from '../session/session-keeper.ts'
import type { App } from './app.ts'
import { wishOfAddress, withToken } from './connect.ts'
import type { SessionStore } from './session-store.ts'

/** Where the server has its style, and a harness its own. */
const STYLE_PATH = 'people.css'
/** The battle's connection comes first, but not for ever (ms). */
const BATTLE_FIRST_MS = 4000

export interface PeopleWish {
  readonly app: App
  readonly session: SessionKeeper
  readonly store: SessionStore
}

/** Resolves when it is there, or could not be had. */
export async function loadPeople(wish: PeopleWish): Promise<void> {
  try {
    await addStyle()
    const { mountPeople } = await import('../people/people.ts')
    const people = mountPeople(createHost(wish))
    wish.app.people = people
    await battleOrTime(wish.app)
    people.connect()
  } catch {
    // A battle can be watched and played without; the next visit tries again.
  }
}

function createHost({ app, session, store }: PeopleWish): PeopleHost {
  const baseUrl = location.origin
  const api = createApiClient({
    baseUrl,
    tokens: {
      read: () => {
        const accessToken = session.findToken()
        return accessToken === undefined ? undefined : { accessToken, refreshToken: '' }
      },
      // Sessions are written where they come from, by the keeper.
      write: () => undefined,
    },
    renewal: session,
    headers: { 'accept-language': navigator.language },
  })
  return {
    hud: app.hud.root,
    tools: app.hud.tools,
    session,
    api,
    openHome: () => withToken(session, (accessToken) => joinHome({ baseUrl, accessToken })),
    game: {
      get isPlaying() {
        return app.mode === 'playing'
      },
      releaseKeys: () => app.input.held.clear(),
      blockWhileOpen: (dialog) => app.blockWhileOpen(dialog),
      reenter: () => app.reenter(),
      openJoin: () => app.openJoin(),
      enterBattle: (roomId) => app.enterBattle(roomId),
      wish: wishOfAddress,
    },
    look: {
      get theme() {
        return app.theme.chosen
      },
      setTheme: (theme) => app.theme.choose(theme),
    },
    memory: {
      read: (key) => store.readText(key),
      write: (key, text) => store.writeText(key, text),
    },
  }
}

function addStyle(): Promise<void> {
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = new URL(STYLE_PATH, import.meta.url).href
  return new Promise((resolve, reject) => {
    link.addEventListener('load', () => resolve())
    link.addEventListener('error', () => reject(new TypeError('the style did not come')))
    document.head.append(link)
  })
}

/** Until the page shows the battle, but not longer than a while. */
function battleOrTime(app: App): Promise<void> {
  return new Promise((resolve) => {
    const startMs = performance.now()
    const look = () => {
      const isLate = performance.now() - startMs > BATTLE_FIRST_MS
      if (app.mode !== 'connecting' || isLate) resolve()
      else setTimeout(look, 100)
    }
    look()
  })
}
