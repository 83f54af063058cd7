/**
 * The whole server while its PostgreSQL fails, from outside: a process of its own, players who sign
 * in, write, read and exchange tokens over HTTP, and one who listens in the home room. The database
 * is really restarted, its connections really cut, its tables really locked, its processes really
 * stopped. The server goes on, nothing that was acknowledged is lost, and everything else is a 503
 * with a time to come back, within 3 s [C-05].
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { findPostgresBin, NO_POSTGRES } from '@battalion/testkit/private-cluster.ts'
import { startPrivateCluster } from '@battalion/testkit/private-cluster.ts'
import type { PrivateCluster } from '@battalion/testkit/private-cluster.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { Client as StockClient } from '@colyseus/sdk'
import { Client } from 'pg'

import { readWaitMs } from '../loadtest/machine.ts'
import { tempDir } from './testing/temp-dir.ts'
import { randomSecret } from './testing/test-keys.ts'

const ROOT_DIR = fileURLToPath(new URL('..', import.meta.url))
const START_MS_MAX = 120_000
const ANSWER_MS_MAX = 3000
const RECOVERY_MS_MAX = 5000
/** A token that was exchanged may be shown again for 10 s; later it counts as stolen. */
const GRACE_MS = 9000
const WRITERS = 6
const PAUSE_MS = 250

const bin = findPostgresBin()
const MANY = '1000000'
const SETTINGS = {
  SERVER_SECRET: randomSecret(),
  HOST: '127.0.0.1',
  PORT: '0',
  OPS_PORT: '0',
  GUESTS_PER_ADDRESS_PER_MIN: MANY,
  READS_PER_ADDRESS_PER_MIN: MANY,
  REFRESHES_PER_ADDRESS_PER_MIN: MANY,
  ACCOUNT_PER_USER_PER_MIN: MANY,
  SOCKETS_PER_ADDRESS_MAX: '1000',
}

interface Server {
  readonly child: ChildProcess
  readonly url: string
  readonly opsUrl: string
}

async function startServer(databaseUrl: string, dataDir: string): Promise<Server> {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT_DIR,
    env: { ...process.env, ...SETTINGS, DATABASE_URL: databaseUrl, DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await waitUntil('the server', () => output.includes('database.ready'), START_MS_MAX)
  const addressOf = (name: string) => new RegExp(`"${name}":"([^"]+)"`).exec(output)![1]!
  return { child, url: addressOf('publicUrl'), opsUrl: addressOf('opsUrl') }
}

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** What players asked and were told; whatever is neither done nor a proper 503 is wrong. */
class Players {
  readonly guests: string[] = []
  readonly lines: string[] = []
  readonly wrong: string[] = []
  refusedCount = 0
  slowestMs = 0
  lastDoneMs = 0
  readonly #server: Server
  readonly #channelId: string
  readonly #name: string
  readonly #work: Promise<void>[]
  #isStopping = false

  constructor(server: Server, channelId: string, name: string) {
    this.#server = server
    this.#channelId = channelId
    this.#name = name
    this.#work = Array.from({ length: WRITERS }, (_, index) => this.#play(index))
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#work)
  }

  /** One player for good: signs in, then says a line, reads, exchanges tokens, turn by turn. */
  async #play(index: number): Promise<void> {
    let tokens: Record<string, unknown> | undefined
    for (let turn = 0; !this.#isStopping; turn++) {
      if (tokens === undefined) tokens = await this.#signIn()
      else if (turn % 4 === 1) await this.#say(tokens, `${this.#name} ${index} ${turn}`)
      else if (turn % 4 === 3) tokens = await this.#refresh(tokens, `${index} ${turn}`)
      else await this.#ask('GET', turn % 8 === 2 ? '/v1/me' : '/v1/me/state', { tokens })
      if (turn % 16 === 15) tokens = undefined
      await sleep(PAUSE_MS)
    }
  }

  async #signIn(): Promise<Record<string, unknown> | undefined> {
    const { status, body } = await this.#ask('POST', '/v1/auth/guest', { json: {} })
    if (status !== 200) return undefined
    this.guests.push(body['userId'] as string)
    return body
  }

  async #say(tokens: Record<string, unknown>, text: string): Promise<void> {
    const path = `/v1/channels/${this.#channelId}/messages`
    const { status } = await this.#ask('POST', path, { tokens, json: { text } })
    if (status === 200) this.lines.push(text)
  }

  /** Sent again under its key until it is done: its outcome may be unknown. */
  async #refresh(tokens: Record<string, unknown>, key: string) {
    const startMs = performance.now()
    for (;;) {
      const json = { refreshToken: tokens['refreshToken'] }
      const { status, body } = await this.#ask('POST', '/v1/auth/refresh', { json, key })
      if (status === 200) return body
      const isLate = performance.now() - startMs > GRACE_MS
      if (status === 401 && !isLate) this.wrong.push(`401 for ${key}: a session was lost`)
      if (status === 401 || this.#isStopping) return undefined
      await sleep(PAUSE_MS)
    }
  }

  async #ask(
    method: string,
    path: string,
    call: { tokens?: Record<string, unknown>; json?: object; key?: string },
  ): Promise<Answer> {
    const startMs = performance.now()
    const waitedMs = this.#waitedMs()
    const headers = {
      ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.tokens === undefined
        ? {}
        : { authorization: `Bearer ${String(call.tokens['accessToken'])}` }),
      ...(call.key === undefined ? {} : { 'idempotency-key': call.key }),
    }
    const body = call.json === undefined ? {} : { body: JSON.stringify(call.json) }
    const response = await fetch(`${this.#server.url}${path}`, { method, headers, ...body })
    const answer = (await response.json()) as Record<string, unknown>
    const nowMs = performance.now()
    // In which neither process had a core: the machine's time, not the server's.
    const tookMs = nowMs - startMs - (this.#waitedMs() - waitedMs)
    this.slowestMs = Math.max(this.slowestMs, tookMs)
    this.#judge(`${method} ${path}`, response, answer)
    if (response.status === 200) this.lastDoneMs = nowMs
    return { status: response.status, body: answer }
  }

  #judge(what: string, { status, headers }: Response, { code }: Record<string, unknown>): void {
    if (status === 200 || (status === 401 && what.includes('refresh'))) return
    const isRefusal = status === 503 && code === 'database_unavailable'
    if (isRefusal && Number(headers.get('retry-after')) >= 1) this.refusedCount++
    else this.wrong.push(`${what}: ${status} ${String(code)}`)
  }

  #waitedMs(): number {
    return (readWaitMs(this.#server.child.pid ?? 0) || 0) + (readWaitMs(process.pid) || 0)
  }
}

describe(
  'the server while PostgreSQL fails',
  { skip: bin === undefined ? NO_POSTGRES : false },
  () => {
    let cluster: PrivateCluster
    let server: Server
    let channelId: string
    const heard = new Set<string>()
    const undo: (() => void)[] = []
    let leave: (() => Promise<unknown>) | undefined

    before(async () => {
      cluster = await startPrivateCluster(bin!)
      const dataDir = tempDir({ after: (work) => void undo.push(work as () => void) })
      server = await startServer(cluster.url, dataDir)
      const guest = await fetch(`${server.url}/v1/auth/guest`, { method: 'POST' })
      const { accessToken } = (await guest.json()) as { accessToken: string }
      const authorization = `Bearer ${accessToken}`
      const answer = await fetch(`${server.url}/v1/channels`, { headers: { authorization } })
      const { channels } = (await answer.json()) as { channels: { id: string; kind: string }[] }
      channelId = channels.find(({ kind }) => kind === 'global')!.id
      const listener = new StockClient(server.url)
      listener.http.authToken = accessToken
      const room = await listener.joinOrCreate('home')
      room.onMessage('welcome', () => undefined)
      room.onMessage('feed', (items: [string, { text: string }][]) => {
        for (const [type, { text }] of items) if (type === 'line') heard.add(text)
      })
      leave = () => room.leave()
    })
    after(async () => {
      await leave?.()
      const gone = new Promise((resolve) => server.child.once('exit', resolve))
      server.child.kill('SIGTERM')
      await gone
      await cluster.stop()
      for (const work of undo) work()
    })

    async function admin(): Promise<Client> {
      const client = new Client({ connectionString: cluster.url })
      client.on('error', () => undefined)
      await client.connect()
      return client
    }

    /** Players at work, a fault, players at work again, and the books. */
    async function suffer(name: string, fault: () => Promise<void>): Promise<Players> {
      const { child, opsUrl } = server
      const players = new Players(server, channelId, name)
      await waitUntil('writes', () => players.lines.length > 5, START_MS_MAX)
      await fault()
      const overMs = performance.now()
      await waitUntil('writes again', () => players.lastDoneMs > overMs, START_MS_MAX)
      assert.ok(players.lastDoneMs - overMs < RECOVERY_MS_MAX)
      assert.equal((await fetch(`${opsUrl}/livez`)).status, 200)
      await sleep(2 * PAUSE_MS)
      await players.stop()
      assert.equal(child.exitCode, null, 'the process goes on')
      assert.deepEqual(players.wrong, [])
      assert.ok(players.slowestMs < ANSWER_MS_MAX, `answered within ${players.slowestMs} ms`)
      await checkBooks(players)
      return players
    }

    async function checkBooks(players: Players): Promise<void> {
      const client = await admin()
      const { rows: users } = await client.query<{ id: string }>('select id from identity.users')
      const { rows: messages } = await client.query<{ text: string }>(
        'select text from chat.messages',
      )
      await client.end()
      const kept = new Set(users.map(({ id }) => id))
      assert.deepEqual(
        players.guests.filter((id) => !kept.has(id)),
        [],
        'no user is lost',
      )
      const texts = messages.map(({ text }) => text)
      assert.equal(new Set(texts).size, texts.length, 'no line is there twice')
      const said = new Set(texts)
      assert.deepEqual(
        players.lines.filter((text) => !said.has(text)),
        [],
        'no line is lost',
      )
      const isHeard = () => players.lines.every((text) => heard.has(text))
      await waitUntil('every line to be heard', isHeard, START_MS_MAX)
    }

    it('[C-05] restarted in mid-traffic: nothing acknowledged is lost, the rest is a 503', async (t) => {
      const players = await suffer('restart', async () => {
        await cluster.crash()
        await sleep(1500)
        await cluster.start()
      })
      assert.ok(players.refusedCount > 0, 'the fault was felt')
      t.diagnostic(`${players.lines.length} lines, ${players.refusedCount} refused`)
    })

    it('[C-05] connections cut again and again', async () => {
      await suffer('cut', async () => {
        const killer = await admin()
        let cut = 0
        for (let round = 0; round < 15; round++) {
          const { rowCount } = await killer.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'battalion'`,
          )
          cut += rowCount ?? 0
          await sleep(100)
        }
        await killer.end()
        assert.ok(cut > 15, `${cut} connections were cut`)
      })
    })

    it('[C-05] tables locked for 4 s: those who need them are refused in time', async () => {
      const players = await suffer('lock', async () => {
        const holder = await admin()
        await holder.query(
          'begin; lock table chat.messages, identity.users in access exclusive mode',
        )
        await sleep(4000)
        await holder.query('rollback')
        await holder.end()
      })
      assert.ok(players.refusedCount > 0, 'the lock was felt')
    })

    it('[C-05] a host that hangs for 4 s: refused in time, and all is well after it', async () => {
      const players = await suffer('hang', async () => {
        const client = await admin()
        const { rows } = await client.query<{ pid: number }>(
          `select pid from pg_stat_activity where application_name = 'battalion'`,
        )
        await client.end()
        const signal = (name: NodeJS.Signals) => rows.forEach(({ pid }) => send(pid, name))
        signal('SIGSTOP')
        await sleep(4000).finally(() => signal('SIGCONT'))
      })
      assert.ok(players.refusedCount > 0, 'the hang was felt')
    })
  },
)

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Its connection was thrown away meanwhile.
  }
}
