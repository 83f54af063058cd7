/** Who the browser is: one exchange for all tabs, lost answers, ended sessions, other users. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { AppError } from '@battalion/base/app-error.ts'

import { createMemoryStorage } from '../game/open-storage.ts'
import { SessionStore } from '../game/session-store.ts'
import type { Storage } from '../game/session-store.ts'
import { SessionKeeper } from './session-keeper.ts'
import type { RunAlone, SessionChange, SignedIn } from './session-keeper.ts'

const NOW_MS = Date.parse('2026-01-01T00:00:00Z')
const TTL_MS = 900_000

/** A server of one user: a refresh token is good once; the same key gets the same answer. */
class FakeServer {
  exchanges = 0
  guests = 0
  isOver = false
  lostAnswers = 0
  nowMs = NOW_MS
  readonly keys: string[] = []
  #current = 'refresh 0'
  #last: { key: string; used: string; answer: SignedIn } | undefined

  createGuest = async (): Promise<SignedIn> => this.#answer(`guest ${++this.guests}`)

  refresh = async (refreshToken: string, key: string): Promise<SignedIn> => {
    await Promise.resolve()
    this.keys.push(key)
    if (this.isOver) throw new AppError('unauthenticated', 'over')
    if (this.#last?.used === refreshToken && this.#last.key === key) return this.#last.answer
    if (refreshToken !== this.#current) throw new AppError('conflict', 'used')
    this.exchanges++
    const answer = this.#answer('ada')
    this.#last = { key, used: refreshToken, answer }
    if (this.lostAnswers-- > 0) throw new AppError('unavailable', 'lost on its way')
    return answer
  }

  #answer(userId: string): SignedIn {
    this.#current = `refresh ${this.exchanges} ${userId}`
    return {
      userId,
      accessToken: `access ${this.exchanges} ${userId}`,
      accessExpiresAt: new Date(this.nowMs + TTL_MS).toISOString(),
      refreshToken: this.#current,
    }
  }
}

function createLock(): RunAlone {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}

const withoutLock: RunAlone = (work) => work()

function openTab(server: FakeServer, storage: Storage, runAlone: RunAlone): SessionKeeper {
  return new SessionKeeper({
    store: new SessionStore(storage),
    createGuest: server.createGuest,
    refresh: server.refresh,
    runAlone,
    wallMs: () => server.nowMs,
  })
}

async function openAda(runAlone: RunAlone): Promise<{
  server: FakeServer
  tabs: readonly [SessionKeeper, SessionKeeper]
  changes: SessionChange[]
}> {
  const server = new FakeServer()
  const storage = createMemoryStorage()
  const tabs = [openTab(server, storage, runAlone), openTab(server, storage, runAlone)] as const
  tabs[0].adopt(await server.refresh('refresh 0', 'sign-in'))
  await tabs[1].accessToken()
  const changes: SessionChange[] = []
  tabs[0].listen((change) => changes.push(change))
  server.exchanges = 1
  return { server, tabs, changes }
}

describe('the session of a browser', () => {
  it('[F-05] two tabs with one lock exchange a refresh token once', async () => {
    const { server, tabs } = await openAda(createLock())
    server.nowMs += TTL_MS
    const tokens = await Promise.all(tabs.map((tab) => tab.accessToken()))
    assert.equal(server.exchanges, 2)
    assert.equal(tokens[0], tokens[1])
  })

  it('[F-05] two tabs without locks send one key, and get one answer', async () => {
    const { server, tabs } = await openAda(withoutLock)
    server.nowMs += TTL_MS
    const tokens = await Promise.all(tabs.map((tab) => tab.accessToken()))
    assert.equal(server.exchanges, 2)
    assert.equal(tokens[0], tokens[1])
    assert.equal(server.keys.at(-1), server.keys.at(-2))
  })

  it('an answer lost on its way is asked for again under its key', async () => {
    const { server, tabs } = await openAda(createLock())
    server.nowMs += TTL_MS
    server.lostAnswers = 1
    assert.match(await tabs[0].accessToken(), /ada$/)
    assert.equal(server.exchanges, 2)
  })

  it('a session that is over makes a guest, and tells; a request of before is not his', async () => {
    const { server, tabs, changes } = await openAda(createLock())
    const token = await tabs[0].accessToken()
    server.isOver = true
    assert.equal(await tabs[0].renew(token), undefined, 'not sent again as somebody else')
    assert.equal(tabs[0].userId, 'guest 1')
    assert.deepEqual(changes, ['ended'])
  })

  it('two tabs that open at once make one guest', async () => {
    const server = new FakeServer()
    const storage = createMemoryStorage()
    const lock = createLock()
    const tabs = [openTab(server, storage, lock), openTab(server, storage, lock)]
    await Promise.all(tabs.map((tab) => tab.accessToken()))
    assert.equal(server.guests, 1)
  })

  it('signing in and out is told, a new session of the same user is not', async () => {
    const { server, tabs, changes } = await openAda(createLock())
    server.nowMs += TTL_MS
    await tabs[0].accessToken()
    assert.deepEqual(changes, [])
    tabs[0].forget()
    assert.match(await tabs[0].accessToken(), /guest 1$/)
    assert.deepEqual(changes, ['adopted'])
  })

  it('reads what an earlier page stored, and nothing that is broken', async () => {
    for (const text of ['', '{}', 'null', '{"accessToken":1}', '{"accessToken":"a"}']) {
      const storage = createMemoryStorage()
      storage.setItem('battalion.session', text)
      const server = new FakeServer()
      assert.match(await openTab(server, storage, createLock()).accessToken(), /guest 1$/, text)
    }
  })
})
