/**
 * The client against a real server over real sockets: join, move, see each other, lose the line and
 * come back, be replaced by a second join, and the first program of the README.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, before, describe, it, type TestContext } from 'node:test'
import { AppError } from '@battalion/base/app-error.ts'
import { LifeState } from '@battalion/sim/world.ts'
import type { BattleClient } from './battle-client.ts'
import type { BattleEvents, DisconnectInfo } from './battle-events.ts'
import { INTENT_AT_REST } from './intent.ts'
import { createInterpolatedEntities } from './interpolated-entities.ts'
import { joinBattle, type JoinBattleOptions } from './join-battle.ts'
import { createGuest } from './session.ts'
import { startProxy } from './testing/cuttable-proxy.ts'
import { startServer } from './testing/server-process.ts'

/** Far beyond what anything here takes: the machine may be busy. */
const WAIT_MS_MAX = 20_000
const README = new URL('../README.md', import.meta.url)
const REPOSITORY = new URL('../../../', import.meta.url)
const now = () => performance.now()
const sample = createInterpolatedEntities()
let baseUrl = ''

/** Updates `client` in real time until `isDone`; fails when that takes too long. */
async function play(client: BattleClient, what: string, isDone: () => boolean): Promise<void> {
  const endMs = now() + WAIT_MS_MAX
  while (!isDone()) {
    assert.ok(now() < endMs, `waited in vain until ${what}`)
    client.update(now())
    client.sample(now(), sample)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function join(
  test: Pick<TestContext, 'after'>,
  options: Partial<JoinBattleOptions> & { accessToken: string },
): Promise<BattleClient> {
  const client = await joinBattle({ baseUrl, now, ...options })
  test.after(() => client.leave())
  return client
}

async function signIn(): Promise<string> {
  return (await createGuest(baseUrl, { name: 'Tester' })).accessToken
}

function next<K extends keyof BattleEvents>(client: BattleClient, event: K) {
  return new Promise<BattleEvents[K]>((resolve) => client.on(event, resolve))
}

describe('a real server', () => {
  const stops: (() => unknown)[] = []
  before(async () => {
    baseUrl = await startServer({ after: (stop) => void stops.push(stop as () => unknown) })
  })
  after(async () => {
    for (const stop of stops) await stop()
  })

  // First, so that there is no other battle which the program could be sent to.
  it('[DEP-1] runs the first program of the README as it stands there', async (test) => {
    const [, program] = /```ts\n([\s\S]*?)```/.exec(readFileSync(README, 'utf8'))!
    assert.ok(program!.trim().split('\n').length <= 30, 'a first program has 30 lines at most')
    // `-` reads the program from standard input, and leaves the address where a file would have it.
    const args = ['--input-type=module-typescript', '-', baseUrl]
    const child = spawn(process.execPath, args, { cwd: REPOSITORY })
    test.after(() => child.kill('SIGKILL'))
    child.stdin.end(program)
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
    for (const endMs = now() + WAIT_MS_MAX; !/I am soldier \d+ on/.test(text);) {
      assert.ok(now() < endMs, `the program said: ${text}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    // A spectator is told of every soldier, however far.
    const options = { spectate: true }
    const watcher = await join(test, { accessToken: await signIn(), options })
    const walked = () => hasWalked(watcher, text)
    await play(watcher, 'the program plays', walked)
    child.kill('SIGTERM')
    await once(child, 'exit')
    assert.match(text, /^I am soldier \d+ on \w+\n/)
    assert.doesNotMatch(text, /Error/)
  })

  it('[BAT-1] lets a guest join, walk and predict the walk exactly', async (test) => {
    const options = { mode: 'duel', name: 'Walker', classId: 'medic' }
    const client = await join(test, { accessToken: await signIn(), options })
    await play(client, 'the soldier is alive', () => client.own.state === LifeState.alive)
    const { x } = client.own
    const towards = x < client.map.map.widthMetres / 2 ? 1 : -1
    client.setIntent({ ...INTENT_AT_REST, moveX: towards })
    await play(client, 'the server has moved it', () => Math.abs(client.own.serverX - x) > 1)
    assert.ok(client.stats.predictionErrorP50Metres < 0.01)
    await play(client, 'a round trip is measured', () => client.stats.rttMs >= 0)
    await play(client, 'a second has been counted', () => client.stats.snapshotsPerSec > 5)
    assert.equal(client.stats.snapshotsRejected, 0)
    const entry = client.state.roster.get(String(client.own.netId))
    assert.equal(entry?.name, 'Walker')
    assert.equal(client.balance.classes[client.own.classId]?.id, 'medic')
  })

  it('[BAT-1] shows two players each other', async (test) => {
    const options = { mode: 'duel' }
    const first = await join(test, { accessToken: await signIn(), options })
    const second = await join(test, { accessToken: await signIn(), options })
    assert.equal(first.roomId, second.roomId)
    const isSeen = () => sample.rowOf[second.own.netId]! >= 0
    await play(first, 'the other is drawn', isSeen)
  })

  it('[BAT-1] lets a spectator watch without a body', async (test) => {
    const player = await join(test, { accessToken: await signIn(), options: { mode: 'duel' } })
    const client = await join(test, {
      accessToken: await signIn(),
      roomId: player.roomId,
      options: { spectate: true },
    })
    assert.equal(client.isSpectator, true)
    client.setInterest(32, 32)
    await play(client, 'the player is drawn', () => sample.rowOf[player.own.netId]! >= 0)
    assert.equal(client.own.state, LifeState.empty)
  })

  it('[BAT-1] comes back to the same soldier when the network cuts the line', async (test) => {
    const proxy = await startProxy(test, baseUrl)
    const accessToken = await signIn()
    const options = { mode: 'duel' }
    const client = await join(test, { accessToken, options, baseUrl: proxy.url })
    await play(client, 'it is alive', () => client.own.state === LifeState.alive)
    const { netId } = client.own
    const lost: DisconnectInfo[] = []
    let attempts = 0
    client.on('disconnect', (info) => void lost.push(info))
    client.on('reconnecting', () => void attempts++)
    const back = next(client, 'reconnected')
    proxy.isOpen = false
    proxy.cut()
    await play(client, 'it has tried twice in vain', () => attempts > 2)
    proxy.isOpen = true
    await play(client, 'the line is back', () => client.isConnected)
    assert.equal((await back).netId, netId)
    assert.deepEqual(
      [lost.length, lost[0]!.reason, lost[0]!.willReconnect],
      [1, 'connection_lost', true],
    )
    const { x } = client.own
    const received = client.stats.snapshotsReceived
    const towards = x < client.map.map.widthMetres / 2 ? 1 : -1
    client.setIntent({ ...INTENT_AT_REST, moveX: towards })
    await play(client, 'it walks again', () => Math.abs(client.own.serverX - x) > 1)
    assert.ok(client.stats.snapshotsReceived > received)
    assert.equal(client.stats.snapshotsRejected, 0)
    assert.equal(client.state.roster.get(String(netId))?.connected, true)
  })

  it('[BAT-1] closes the first connection of a user who joins again, saying why', async (test) => {
    const accessToken = await signIn()
    const options = { mode: 'duel' }
    const first = await join(test, { accessToken, options })
    const closed = next(first, 'disconnect')
    const second = await join(test, { accessToken, options })
    assert.deepEqual(await closed, {
      code: 4409,
      reason: 'replaced',
      message: 'The same user joined from another place.',
      willReconnect: false,
    })
    await play(second, 'the second is alive', () => second.own.state === LifeState.alive)
    assert.equal(second.own.netId, first.own.netId)
  })

  it('[DEP-1] says why a join is refused', async () => {
    await assert.rejects(
      joinBattle({ baseUrl, now, accessToken: 'nonsense' }),
      (error: AppError) => error.code === 'unauthenticated',
    )
    await assert.rejects(
      joinBattle({ baseUrl, now, accessToken: await signIn(), roomId: 'nowhere' }),
      AppError,
    )
  })
})

const firstSeen = new Map<number, { readonly x: number; readonly z: number }>()

/** True once the soldier the program says it has is seen metres from where it was seen first. */
function hasWalked(watcher: BattleClient, text: string): boolean {
  const netId = Number(/I am soldier (\d+)/.exec(text)![1])
  const row = sample.rowOf[netId]!
  if (row < 0) return false
  const place = { x: sample.x[row]!, z: sample.z[row]! }
  const start = firstSeen.get(netId) ?? place
  firstSeen.set(netId, start)
  return watcher.isConnected && Math.hypot(place.x - start.x, place.z - start.z) > 3
}
