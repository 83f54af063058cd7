/**
 * The crowd of the fan-out bench as a program of its own: everybody joins a home room, some speak
 * at an even pace, some listen. Started by the bench on the cores that are not the server's.
 */
import '../loadtest/bots/use-ws-sockets.ts'

import { createGuest, requestJson } from '@battalion/client/session.ts'

import { ChatClient } from './clients/chat-client.ts'
import type { ChatBooks } from './clients/chat-client.ts'
import type { ChatAnswer, ChatOrder, ChatTask } from './clients/chat-talk.ts'

/** Sign-ins and joins under way at the same time. */
const UNDER_WAY_MAX = 16
const TURN_MS = 5
/** Longest wait for the last line to be heard. */
const LAST_MS_MAX = 5000
const POLL_MS = 20

const task = JSON.parse(process.argv[2] ?? '{}') as ChatTask
const clients: ChatClient[] = []
const tokens: string[] = []
const ownChannels: string[] = []
const saidAtMs: number[] = []
let heardMs: number[] = []
let commonChannel = ''
let firstLine = 0
const books: ChatBooks = {
  frames: 0,
  refused: 0,
  closed: 0,
  heard: (line) => {
    const atMs = saidAtMs[line]
    if (line >= firstLine && atMs !== undefined) heardMs.push(performance.now() - atMs)
  },
}

async function each(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let index = next++; index < count; index = next++) await work(index)
  }
  await Promise.all(Array.from({ length: UNDER_WAY_MAX }, lane))
}

async function joinAll(): Promise<void> {
  await each(task.members, async (index) => {
    tokens[index] = (await createGuest(task.url, { name: `Member ${index}` })).accessToken
  })
  await each(task.speakers, async (index) => {
    await ask(index, 'POST', '/v1/groups', { name: `Own ${index}`, isOpen: false })
    const { channels } = (await ask(index, 'GET', '/v1/channels')) as {
      channels: { id: string; kind: string }[]
    }
    commonChannel = channels.find(({ kind }) => kind === 'global')!.id
    ownChannels[index] = channels.find(({ kind }) => kind === 'group')!.id
  })
  await each(task.members, async (index) => {
    const client = new ChatClient(books, isListener(index))
    clients[index] = client
    await client.join(task.url, tokens[index]!)
  })
}

/** Listeners are spread over all, as their turns in a flush are. */
function isListener(index: number): boolean {
  return index % Math.max(1, Math.floor(task.members / task.listeners)) === 0
}

/** Every user has an address of his own, as far as the server's limits per address go. */
function ask(index: number, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  return requestJson(`${task.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tokens[index]}`,
      'x-forwarded-for': `10.1.${index >> 8}.${index & 255}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function talk(order: ChatOrder & { readonly type: 'talk' }): Promise<ChatAnswer> {
  const { where, linesPerSec, seconds } = order
  Object.assign(books, { frames: 0, refused: 0 })
  heardMs = []
  firstLine = saidAtMs.length
  const bytesBefore = totalBytes()
  const cpuMark = process.cpuUsage()
  const startMs = performance.now()
  const count = Math.round(linesPerSec * seconds)
  while (saidAtMs.length - firstLine < count) {
    const due = ((performance.now() - startMs) * linesPerSec) / 1000
    while (saidAtMs.length - firstLine < Math.min(due, count)) sayNext(where)
    await pause(TURN_MS)
  }
  const hears = where === 'all' ? clients.filter((_, index) => isListener(index)).length : 0
  const endMs = performance.now() + LAST_MS_MAX
  while (heardMs.length < hears * count && performance.now() < endMs) await pause(POLL_MS)
  const { user, system } = process.cpuUsage(cpuMark)
  return {
    type: 'sample',
    sample: {
      elapsedMs: performance.now() - startMs,
      cpuMs: (user + system) / 1000,
      said: count,
      refused: books.refused,
      closed: books.closed,
      frames: books.frames,
      bytes: totalBytes() - bytesBefore,
      heardMs,
    },
  }
}

async function join(): Promise<ChatAnswer> {
  try {
    await joinAll()
    return { type: 'joined', count: clients.length, why: '' }
  } catch (error) {
    return { type: 'joined', count: 0, why: String(error) }
  }
}

function sayNext(where: 'all' | 'own'): void {
  const line = saidAtMs.length
  const speaker = line % task.speakers
  saidAtMs.push(performance.now())
  clients[speaker]!.say(where === 'all' ? commonChannel : ownChannels[speaker]!, line)
}

function totalBytes(): number {
  return clients.reduce((sum, client) => sum + client.bytesReceived, 0)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function tell(answer: ChatAnswer): void {
  process.send?.(answer)
}

process.on('message', (order: ChatOrder) => {
  if (order.type === 'talk') void talk(order).then(tell)
  else void join().then(tell)
})
process.on('disconnect', () => process.exit(0))
tell({ type: 'started' })
