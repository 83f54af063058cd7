/** Deliveries on both engines: once per event, signed, tried again, paused, dead, revived. */
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { it } from 'node:test'
import type { TestContext } from 'node:test'

import type { AppError } from '@battalion/base/app-error.ts'
import { FakeClock } from '@battalion/testkit/fake-clock.ts'
import { describeDatabase, TEST_PORTS } from '@battalion/testkit/test-database.ts'
import { waitUntil } from '@battalion/testkit/wait-until.ts'

import type { Database } from '../../db/database.ts'
import { startReceiver } from '../../testing/webhook-receiver.ts'
import type { ReceivedCall, WebhookReceiver } from '../../testing/webhook-receiver.ts'
import { machineTrail } from '../audit/audit-trail.ts'
import { resolveBySystem } from './post-webhook.ts'
import { createWebhookDesk, ENDPOINTS_MAX } from './webhook-desk.ts'
import { takeEvent } from './webhook-events.ts'
import { insertDeliveries } from './webhook-queries.ts'
import { PAUSE_MS_MAX, pauseMs, retryAfterMs, TRIES_MAX } from './webhook-pace.ts'
import { WebhookSender } from './webhook-sender.ts'

/** Far beyond what anything here takes: the machine may be busy (ms). */
const WAIT_MS_MAX = 120_000
const CALL = { rule: 'any', resolve: resolveBySystem } as const
const plain = {
  seal: (secret: Uint8Array) => Buffer.from(secret).toString('hex'),
  unseal: (sealed: string) => new Uint8Array(Buffer.from(sealed, 'hex')),
}

interface World {
  readonly clock: FakeClock
  readonly desk: ReturnType<typeof createWebhookDesk>
  readonly receiver: WebhookReceiver
  readonly trail: ReturnType<typeof machineTrail>
  readonly sender: WebhookSender
  readonly outcomes: string[]
  /** Says that a battle ended. */
  readonly tell: (id?: string) => Promise<number>
}

async function openWorld(t: TestContext, database: Database): Promise<World> {
  const clock = new FakeClock()
  const receiver = await startReceiver(t)
  const outcomes: string[] = []
  const open = () =>
    new WebhookSender({
      database,
      clock,
      timers: TEST_PORTS.timers,
      call: CALL,
      unseal: plain.unseal,
      senderId: randomUUID(),
      chance: () => 0.5,
      onOutcome: (outcome) => outcomes.push(outcome),
      onError: () => undefined,
    })
  const sender = open()
  sender.start()
  t.after(() => sender.stop())
  const desk = createWebhookDesk({
    database,
    clock,
    call: CALL,
    seal: plain.seal,
    wake: () => sender.wake(),
  })
  const trail = machineTrail(clock, 'webhook.test', 'test')
  const tell = async (id: string = randomUUID()) => {
    const payload = { type: 'match.finished', matchId: 'm1', players: 2 }
    const event = { id, topic: 'matches', key: 'm1', payload, headers: {} }
    const count = await takeEvent(database, event, clock.wallMs())
    sender.wake()
    return count
  }
  return { clock, desk, receiver, trail, sender, outcomes, tell }
}

function formOf(receiver: WebhookReceiver) {
  return { url: receiver.url, events: ['match.finished'] as const, note: '' }
}

/** As a receiver checks it, from the document alone. */
function isSigned({ headers, body }: ReceivedCall, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const mac = createHmac('sha256', key).update(signed).digest('base64')
  return headers['webhook-signature'] === `v1,${mac}`
}

const event = (eventId: string) => ({ eventId, type: 'match.finished', body: '{}' })
const inside = async () => [{ address: '10.0.0.7', family: 4 }]
const outside = async () => [{ address: '93.184.215.14', family: 4 }]
const refused = (code: string) => (error: AppError) => error.code === code

describeDatabase('webhooks', (engine) => {
  it('[G-12] an event reaches who asked for it, once, signed over id, time and body', async (t) => {
    const database = await engine.open(t)
    const { desk, receiver, trail, tell, clock } = await openWorld(t, database)
    const { secret } = await desk.create(trail, formOf(receiver))
    const other = { ...formOf(receiver), events: ['user.banned'] as const }
    await desk.create(trail, other)
    const id = randomUUID()
    assert.deepEqual([await tell(id), await tell(id)], [1, 0], 'the bus hands over twice')
    await waitUntil('it is there', () => receiver.calls.length === 1, WAIT_MS_MAX)
    const [call] = receiver.calls as [ReceivedCall]
    assert.ok(isSigned(call, secret))
    assert.ok(!isSigned({ ...call, body: `${call.body} ` }, secret))
    assert.equal(call.headers['webhook-id'], id)
    assert.equal(Number(call.headers['webhook-timestamp']), clock.wallMs() / 1000)
    assert.deepEqual(JSON.parse(call.body), {
      type: 'match.finished',
      timestamp: new Date(clock.wallMs()).toISOString(),
      data: { matchId: 'm1', players: 2 },
    })
    const shown = JSON.stringify(await desk.list())
    assert.ok(!shown.includes(secret.slice(6)), 'the secret is shown once')
  })

  it('[G-12] five tries, each later, then dead; an operator sends it again', async (t) => {
    const database = await engine.open(t)
    const { desk, receiver, trail, tell, clock, outcomes, sender } = await openWorld(t, database)
    receiver.answer = (_, response) => void response.writeHead(500).end('secret of the inside')
    const { id } = await desk.create(trail, formOf(receiver))
    await tell()
    for (let attempt = 1; attempt <= TRIES_MAX; attempt++) {
      // Written when the endpoint is given back: from then on its pause is known.
      const isBack = async () => (await desk.list())[0]!.failures === attempt
      await waitUntil(`try ${attempt}`, isBack, WAIT_MS_MAX)
      clock.advance(4 * 3_600_000)
      sender.wake()
    }
    assert.deepEqual(outcomes, ['failed', 'failed', 'failed', 'failed', 'dead'])
    const ids = new Set(receiver.calls.map(({ headers }) => headers['webhook-id']))
    assert.deepEqual([receiver.calls.length, ids.size], [TRIES_MAX, 1])
    const [dead] = await desk.deliveries(id, { state: 'dead', limit: 10 })
    assert.deepEqual([dead?.attempts, dead?.lastStatus], [TRIES_MAX, 500])
    assert.ok(!JSON.stringify(dead).includes('inside'), '[G-11] no word of the answer is kept')
    const of = { webhookId: id, deliveryId: dead!.id }
    receiver.answer = (_, response) => void response.writeHead(204).end()
    await desk.retry(trail, of)
    await waitUntil('it went through', () => outcomes.includes('delivered'), WAIT_MS_MAX)
    await assert.rejects(desk.retry(trail, of), refused('not_found'))
  })

  it('[G-12] who is away is asked once in a while, and then gets one at a time', async (t) => {
    const database = await engine.open(t)
    const { desk, receiver, trail, tell, clock, outcomes, sender } = await openWorld(t, database)
    receiver.answer = (_, response) => void response.writeHead(503).end()
    const { id } = await desk.create(trail, formOf(receiver))
    for (let count = 0; count < 20; count++) await tell()
    // An hour in steps of a minute: 20 deliveries wait, and at each step it is looked.
    for (let step = 0; step < 60; step++) {
      clock.advance(60_000)
      sender.wake()
      // As long as the sender's own look takes.
      for (let count = 0; count < 2; count++) await desk.list()
    }
    assert.ok(receiver.calls.length > 0 && receiver.calls.length < 20, `${outcomes.length} calls`)
    assert.equal((await desk.deliveries(id, { state: 'dead', limit: 50 })).length, 0)
    receiver.answer = (_, response) => void setTimeout(() => response.writeHead(204).end(), 20)
    for (let before = 20; before > 0; before = await waiting(desk, id)) {
      clock.advance(4 * 3_600_000)
      sender.wake()
      await waitUntil('some went', async () => (await waiting(desk, id)) < before, WAIT_MS_MAX)
    }
    assert.equal(await waiting(desk, id), 0)
    assert.equal(receiver.atOnceMax, 1)
  })

  it('[G-12] what waits is bounded: beyond it is counted, and nothing else is held up', async (t) => {
    const database = await engine.open(t)
    const { desk, receiver, trail } = await openWorld(t, database)
    const { id } = await desk.create(trail, formOf(receiver))
    await desk.edit(trail, id, { ...formOf(receiver), isOn: true })
    const now = new Date('2040-01-01')
    const put = () =>
      database.transact((trx) => insertDeliveries(trx, { ...event(randomUUID()), now }, 2))
    assert.deepEqual([await put(), await put(), await put()], [1, 1, 0])
    const [view] = await desk.list()
    assert.deepEqual([view?.waiting, view?.dropped], [2, 1])
    await desk.edit(trail, id, { ...formOf(receiver), isOn: false })
    assert.equal(await put(), 0, 'what is off gets nothing')
    await assert.rejects(desk.test(trail, id), refused('conflict'))
  })

  it('[G-11] an address inside is refused when it is saved; endpoints are bounded', async (t) => {
    const database = await engine.open(t)
    const { clock, trail } = await openWorld(t, database)
    const ports = { database, clock, seal: plain.seal, wake: () => undefined }
    const strict = createWebhookDesk({ ...ports, call: { rule: 'public', resolve: inside } })
    const form = { events: ['match.finished'] as const, note: '' }
    for (const url of ['https://169.254.169.254/', 'https://inside.example/', 'http://a.example']) {
      await assert.rejects(strict.create(trail, { ...form, url }), refused('invalid_request'), url)
    }
    const desk = createWebhookDesk({ ...ports, call: { rule: 'public', resolve: outside } })
    const url = 'https://outside.example/hook'
    for (let count = 0; count < ENDPOINTS_MAX; count++) await desk.create(trail, { ...form, url })
    await assert.rejects(desk.create(trail, { ...form, url }), refused('conflict'))
    const [first] = await desk.list()
    await desk.remove(trail, first!.id)
    await assert.rejects(desk.remove(trail, first!.id), refused('not_found'))
  })

  it('[G-12] tries and pauses grow, vary, and end', () => {
    const waits = Array.from({ length: TRIES_MAX }, (_, index) => retryAfterMs(index + 1, 0.5))
    assert.deepEqual(waits, [30_000, 210_000, 1_470_000, 10_290_000, undefined])
    assert.deepEqual([retryAfterMs(1, 0), retryAfterMs(1, 1)], [24_000, 36_000])
    assert.deepEqual([pauseMs(1, 0.5), pauseMs(2, 0.5)], [5000, 10_000])
    assert.equal(pauseMs(1000, 0.5), PAUSE_MS_MAX)
  })
})

async function waiting(desk: World['desk'], id: string): Promise<number> {
  return (await desk.list()).find((view) => view.id === id)!.waiting
}
