/** The page's memory, the automatic camera, and who wears a name. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { FakeBattle } from '../harness/fake-battle.ts'
import { createSoldierFrame, NOBODY } from './battle-source.ts'
import { chooseLabels } from './choose-labels.ts'
import { Director } from './director.ts'
import { createMemoryStorage } from './open-storage.ts'
import { SessionStore } from './session-store.ts'

function frameOf(soldiers: readonly [team: number, x: number, z: number][]) {
  const frame = createSoldierFrame(soldiers.length)
  frame.count = soldiers.length
  for (const [row, [team, x, z]] of soldiers.entries()) {
    frame.team[row] = team
    frame.x[row] = x
    frame.z[row] = z
  }
  return frame
}

function refuse(): never {
  throw new Error('denied')
}

describe('session store', () => {
  const session = { accessToken: 'abc', accessExpiresAt: '2030-01-01T00:00:00Z' }
  const expiresMs = Date.parse(session.accessExpiresAt)

  it('keeps the token until a minute before its end', () => {
    const store = new SessionStore(createMemoryStorage())
    store.saveSession(session)
    assert.deepEqual(store.findSession(expiresMs - 3_600_000), session)
    assert.equal(store.findSession(expiresMs - 30_000), undefined)
    store.forgetSession()
    assert.equal(store.findSession(0), undefined)
  })

  it('keeps the refresh token beyond the end of the access token', () => {
    const store = new SessionStore(createMemoryStorage())
    store.saveSession({ ...session, refreshToken: 'r' })
    assert.equal(store.findSession(expiresMs), undefined)
    assert.deepEqual(store.findAnySession(), { ...session, refreshToken: 'r' })
  })

  it('takes broken or foreign entries for none', () => {
    for (const text of ['', '{', 'null', '7', '{"accessToken":7}', '{"accessToken":"a"}']) {
      const storage = createMemoryStorage()
      storage.setItem('battalion.session', text)
      assert.equal(new SessionStore(storage).findSession(0), undefined, text)
    }
  })

  it('works, forgetfully, where storage throws', () => {
    const store = new SessionStore({ getItem: refuse, setItem: refuse, removeItem: refuse })
    store.saveSession(session)
    store.forgetSession()
    assert.equal(store.findSession(0), undefined)
    assert.equal(store.name, '')
  })
})

describe('director', () => {
  it('goes where both sides meet, not where most of one side stand', () => {
    const director = new Director({ width: 384, depth: 384 })
    const camp = Array.from({ length: 9 }, (): [number, number, number] => [0, 20, 20])
    director.update(frameOf([...camp, [0, 300, 300], [1, 304, 300], [1, 300, 306]]), [], 0.4)
    assert.ok(Math.hypot(director.goal.x - 301, director.goal.z - 302) < 3)
  })

  it('holds a scene for a while before it takes a hotter one', () => {
    const director = new Director({ width: 384, depth: 384 })
    director.update(
      frameOf([
        [0, 50, 50],
        [1, 52, 50],
      ]),
      [],
      0.4,
    )
    const hotter = frameOf([
      [0, 50, 50],
      [1, 52, 50],
      [0, 300, 300],
      [0, 301, 300],
      [1, 302, 300],
      [1, 303, 300],
    ])
    director.update(hotter, [], 1)
    assert.ok(director.goal.x < 100, 'the first scene is held')
    director.update(hotter, [], 8)
    assert.ok(director.goal.x > 200, 'then the hotter one is shown')
  })
})

describe('labels', () => {
  it('names the pointed and the followed soldier, and nobody else for a watcher', () => {
    const source = new FakeBattle({ soldierCount: 60, isPlayer: false })
    const camera = {
      x: source.soldiers.x[3]!,
      z: source.soldiers.z[3]!,
      zoom: 20,
      width: 800,
      height: 600,
    }
    const pointed = chooseLabels(source, {
      camera,
      pointer: { sx: 400, sy: 300 },
      followedId: NOBODY,
    })
    assert.ok(pointed.some((label) => label.name.endsWith(' 3')))
    const followed = chooseLabels(source, { camera, pointer: { sx: -9999, sy: 0 }, followedId: 11 })
    assert.deepEqual(
      followed.map((label) => label.name.split(' ')[1]),
      ['11'],
    )
  })
})
