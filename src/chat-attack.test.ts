/**
 * Attacks on chat over real sockets and HTTP against the whole server: floods (G-01) and texts that
 * would break lines, pages or logs (G-04). What others see is what counts.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import { waitUntil } from '@battalion/testkit/wait-until.ts'
import { Client } from '@colyseus/sdk'
import type { Room } from '@colyseus/sdk'

import { BODY_BYTES_MAX } from './http/role-table.ts'
import { cleanLine, LINE_BYTES_MAX, LINE_CHARS_MAX, MARKS_MAX } from './services/chat/clean-line.ts'

import { askPatiently, startTestApp } from './testing/start-test-app.ts'
import type { TestApp } from './testing/start-test-app.ts'

interface Line {
  readonly authorId: string
  readonly text: string
}
interface Answer {
  readonly ref: number | null
  readonly ok: boolean
  readonly code?: string
  readonly retryAfterSec?: number
}

/** Somebody at home: what came to him. */
class Visitor {
  readonly lines: Line[] = []
  readonly answers: Answer[] = []
  readonly userId: string
  readonly token: string
  readonly #url: string
  #room: Room | undefined
  globalId = ''

  constructor(url: string, who: { userId: string; token: string }) {
    this.#url = url
    this.userId = who.userId
    this.token = who.token
  }

  get isHere(): boolean {
    return this.#room !== undefined
  }

  async come(): Promise<void> {
    const client = new Client(this.#url)
    client.http.authToken = this.token
    const room = await client.joinOrCreate('home')
    room.onMessage('welcome', ({ channels }: { channels: { id: string; kind: string }[] }) => {
      this.globalId = channels.find(({ kind }) => kind === 'global')!.id
    })
    room.onMessage('feed', (items: [string, never][]) => {
      for (const [type, body] of items) {
        if (type === 'line') this.lines.push(body)
        else if (type === 'answer') this.answers.push(body)
      }
    })
    room.onLeave(() => (this.#room = undefined))
    this.#room = room
    await waitUntil('the welcome', () => this.globalId !== '')
  }

  /** False when the socket is gone. */
  say(text: string, ref: number): boolean {
    this.#room?.send('say', { ref, channelId: this.globalId, text })
    return this.#room !== undefined
  }

  async sayByHttp(text: string): Promise<Response> {
    return askPatiently(`${this.#url}/v1/channels/${this.globalId}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
      body: JSON.stringify({ text }),
    })
  }

  async go(): Promise<void> {
    await this.#room?.leave()
  }
}

async function visit({ url }: TestApp): Promise<Visitor> {
  const answer = await askPatiently(`${url}/v1/auth/guest`, { method: 'POST' })
  const { userId, accessToken } = (await answer.json()) as { userId: string; accessToken: string }
  const visitor = new Visitor(url, { userId, token: accessToken })
  await visitor.come()
  return visitor
}

describe('attacks on chat', () => {
  let server: TestApp
  const closers: (() => unknown)[] = []
  before(async () => {
    const test = { after: (close: unknown) => void closers.push(close as () => unknown) }
    // Everybody comes from one address here.
    const wide = { GUESTS_PER_ADDRESS_PER_MIN: '1000', MATCHMAKES_PER_ADDRESS_PER_MIN: '1000' }
    server = await startTestApp(test, wide)
    const { db } = server.app.store.database
    const channels = db.selectFrom('chat.channels').select('id').where('kind', '=', 'global')
    await waitUntil('the open channels', async () => (await channels.execute()).length === 1)
  })
  after(async () => {
    for (const close of closers.toReversed()) await close()
  })

  const linesMax = 5
  const floods: readonly (readonly [what: string, lineOf: (index: number) => string])[] = [
    ['50 lines a second', (index) => `line ${index}`],
    ['the same line again and again', () => 'buy gold here'],
    ['100 mentions in a line', () => '@bob '.repeat(100).trim()],
  ]
  for (const [what, lineOf] of floods) {
    it(`[G-01] ${what}: others see 5 in 5 s, then 30 s nothing, by socket and by HTTP`, async () => {
      const honest = await visit(server)
      const flooder = await visit(server)
      const seenOf = (one: Visitor) =>
        honest.lines.filter(({ authorId }) => authorId === one.userId).length
      for (let index = 0; index < 150; index++) {
        // A flood of frames closes its sender: it comes back, as a program would.
        if (!flooder.say(lineOf(index), index)) await flooder.come()
        await delay(20)
      }
      if (!flooder.isHere) await flooder.come()
      const refused = await flooder.sayByHttp('still here?')
      assert.equal(refused.status, 429)
      const waitSec = Number(refused.headers.get('retry-after'))
      assert.ok(waitSec > 10 && waitSec <= 30, `${waitSec} s of silence are left`)
      const answered = () => flooder.answers.some(({ ref }) => ref === 1000)
      await waitUntil('the answer', async () => {
        if (!flooder.say('and here?', 1000)) await flooder.come()
        await delay(500)
        return answered()
      })
      assert.equal(flooder.answers.find(({ ref }) => ref === 1000)!.code, 'rate_limited')
      assert.ok(honest.isHere, 'nobody else is thrown out')
      honest.say('I hear myself', 1)
      await waitUntil('the honest line', () => seenOf(honest) === 1)
      assert.ok(seenOf(flooder) <= linesMax, `${seenOf(flooder)} lines were seen`)
      assert.ok(seenOf(flooder) >= 1)
      await honest.go()
      await flooder.go()
    })
  }

  const texts: readonly (readonly [what: string, text: string])[] = [
    ['501 characters', 'a'.repeat(501)],
    ['501 characters of three bytes', '가'.repeat(501)],
    ['control characters', 'a\u0000b\u0007c\u001b[31md\u009b31me'],
    ['line ends of every kind', 'one\ntwo\r\nthree\u2028four\u2029five\u000bsix\u0085seven'],
    ['surrogates alone', 'x\ud800y\udc00z'],
    ['10,000 combining marks', `a${'\u0301'.repeat(10_000)}`],
    ['1,000 combining marks', `b${'\u0336'.repeat(1000)}`],
    ['direction overrides', 'abc\u202etxt.exe\u2066'],
    ['a line of a log', 'x"}\n{"level":"error","msg":"forged"}'],
  ]
  for (const [what, text] of texts) {
    it(`[G-04] ${what}: refused or cut, by socket and by HTTP; a log line stays one line`, async () => {
      const honest = await visit(server)
      const expected = cleanLine(text)
      const byHttp = await visit(server)
      const answer = await byHttp.sayByHttp(text)
      const isBody = Buffer.byteLength(text) < BODY_BYTES_MAX / 2
      if (!isBody) assert.equal(answer.status, 413)
      else assert.equal(answer.status, expected.ok ? 200 : 400, await answer.text())
      const bySocket = await visit(server)
      // More than a frame closes the sender; what fits is answered.
      const isFrame = Buffer.byteLength(text) < 1900
      bySocket.say(text, 7)
      await waitUntil('an answer, or the end', () => {
        return bySocket.answers.length > 0 || !bySocket.isHere
      })
      assert.equal(bySocket.isHere, isFrame)
      if (isFrame) assert.equal(bySocket.answers[0]!.ok, expected.ok)
      honest.say('done', 1)
      await waitUntil('the last line', () => honest.lines.some((line) => line.text === 'done'))
      for (const line of honest.lines) checkShown(line.text)
      const seen = honest.lines.filter(({ authorId }) => authorId !== honest.userId)
      assert.equal(seen.length, expected.ok ? Number(isBody) + Number(isFrame) : 0)
      // A frame cannot carry half a surrogate pair: its sender's encoder has replaced it.
      const isSame = (line: Line) => text.isWellFormed() || line.authorId === byHttp.userId
      for (const line of seen.filter(isSame)) assert.equal(line.text, expected.ok && expected.text)
      for (const log of server.logs) {
        assert.equal(log.trimEnd().split(/[\n\r]/).length, 1)
        assert.doesNotThrow(() => JSON.parse(log))
        assert.ok(!log.includes('"msg":"forged"'))
      }
      await Promise.all([honest.go(), bySocket.go(), byHttp.go()])
    })
  }
})

/** One line of well-formed text within the limits. */
function checkShown(text: string): void {
  assert.ok(text.isWellFormed())
  assert.ok(Array.from(text).length <= LINE_CHARS_MAX)
  assert.ok(Buffer.byteLength(text) <= LINE_BYTES_MAX)
  assert.doesNotMatch(text, /[\p{Cc}\u2028\u2029\u202e\u2066]/u)
  assert.doesNotMatch(text, new RegExp(`\\p{M}{${MARKS_MAX + 1}}`, 'u'))
}
