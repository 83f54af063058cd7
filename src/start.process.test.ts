/**
 * `npm start` and the server as programs: what they print, that they end in time and leave nothing
 * behind, whoever is told to stop. Looks at /proc, so Linux only.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { Client } from '@colyseus/sdk'

import { EXIT_CODES, SAME_SIGNAL_MS } from './lifecycle.ts'
import { isNodeSupported } from './node-version.ts'
import { parseStartOptions } from './start.ts'
import { signIn } from './testing/start-test-app.ts'
import { tempDir } from './testing/temp-dir.ts'

const ROOT_DIR = fileURLToPath(new URL('..', import.meta.url))
const READY_MS_MAX = 120_000
const STOP_MS_MAX = 5000
const POLL_MS = 50
const skip = existsSync('/proc/self/stat') ? false : 'needs /proc'

interface Program {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exited: Promise<number | null>
}

function run(t: TestContext, command: string, args: readonly string[], env = {}): Program {
  const dataDir = tempDir(t)
  const child = spawn(command, args, {
    cwd: ROOT_DIR,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  t.after(() => killTree(child.pid!))
  return { child, output: () => output, exited }
}

async function until(what: string, check: () => boolean, msMax: number): Promise<void> {
  const end = performance.now() + msMax
  while (!check()) {
    if (performance.now() > end) assert.fail(`${what} did not happen in ${msMax} ms`)
    await sleep(POLL_MS)
  }
}

/** Live descendants of a process; zombies that nobody has waited for yet are not alive. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readStat(Number(name))
    if (stat === undefined || stat.state === 'Z') continue
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(name)])
  }
  const found: number[] = []
  const visit = (pid: number) => {
    for (const child of children.get(pid) ?? []) {
      found.push(child)
      visit(child)
    }
  }
  visit(root)
  return found
}

function readStat(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  const stat = readStat(pid)
  return stat !== undefined && stat.state !== 'Z'
}

function killTree(pid: number): void {
  for (const one of [...descendants(pid), pid]) {
    try {
      process.kill(one, 'SIGKILL')
    } catch {
      // Already gone, which is what we want.
    }
  }
}

describe('npm start', { skip }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} to npm itself ends everything within 5 s and leaves no process`, async (t) => {
      const npm = run(t, 'npm', ['start', '--', '--bots', '3', '--map', 'duel'])
      await until('the addresses', () => npm.output().includes('metrics '), READY_MS_MAX)
      const bots = () => descendants(npm.child.pid!).filter((pid) => isBots(pid))
      await until('the bots', () => bots().length === 1, READY_MS_MAX)
      const all = descendants(npm.child.pid!)
      assert.ok(all.length >= 3, 'start, server, bots')
      npm.child.kill(signal)
      await until('the end', () => !all.some(isAlive) && !isAlive(npm.child.pid!), STOP_MS_MAX)
    })
  }

  it('the server and the bots follow when the program that started them is killed', async (t) => {
    const start = run(t, process.execPath, ['src/start.ts', '--bots', '2'])
    await until('the addresses', () => start.output().includes('metrics '), READY_MS_MAX)
    const bots = () => descendants(start.child.pid!).filter((pid) => isBots(pid))
    await until('the bots', () => bots().length === 1, READY_MS_MAX)
    const all = descendants(start.child.pid!)
    start.child.kill('SIGKILL')
    await until('the end', () => !all.some(isAlive), STOP_MS_MAX)
  })

  it('serves the play page it names', async (t) => {
    const start = run(t, process.execPath, ['src/start.ts', '--bots', '0'])
    await until('the addresses', () => start.output().includes('metrics '), READY_MS_MAX)
    const url = /play {6}(\S+)/.exec(start.output())?.[1] ?? ''
    const page = await fetch(url)
    assert.equal(page.status, 200)
    assert.ok(!/unsafe-inline|unsafe-eval/.test(scriptRule(page)), scriptRule(page))
    const script = await fetch(new URL('/play/main.js', url))
    assert.equal(script.status, 200)
    assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8')
    const etag = script.headers.get('etag') ?? ''
    await script.arrayBuffer()
    const again = await fetch(new URL('/play/main.js', url), { headers: { 'if-none-match': etag } })
    assert.equal(again.status, 304)
  })
})

function scriptRule(page: Response): string {
  return /script-src[^;]*/.exec(page.headers.get('content-security-policy') ?? '')?.[0] ?? 'none'
}

function isBots(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('loadtest/run-bots.ts')
  } catch {
    return false
  }
}

/** A signed-in client of a started server, and its addresses. */
async function join(
  t: TestContext,
  server: Program,
): Promise<{ client: Client; publicUrl: string; opsUrl: string }> {
  await until('the start', () => server.output().includes('"started"'), READY_MS_MAX)
  const started =
    server
      .output()
      .split('\n')
      .find((line) => line.includes('"started"')) ?? ''
  const { publicUrl, opsUrl } = JSON.parse(started) as { publicUrl: string; opsUrl: string }
  // Without it a sign-in is told to come again.
  await until('the database', () => server.output().includes('database.ready'), READY_MS_MAX)
  const client = new Client(publicUrl)
  client.auth.token = await signIn(publicUrl)
  t.after(() => server.child.kill('SIGKILL'))
  return { client, publicUrl, opsUrl }
}

describe('the server as a program', { skip }, () => {
  it('[C-07] drains on SIGTERM and exits 0', async (t) => {
    const server = run(t, process.execPath, ['src/main.ts'])
    await until('the start', () => server.output().includes('"started"'), READY_MS_MAX)
    server.child.kill('SIGTERM')
    assert.equal(await server.exited, EXIT_CODES.ok)
    assert.match(server.output(), /"event":"stopped"/)
  })

  it('[C-07] drains: not ready at once, out by the deadline, players told why', async (t) => {
    const server = run(t, process.execPath, ['src/main.ts'], { DRAIN_DEADLINE_SEC: '2' })
    const { client, opsUrl } = await join(t, server)
    const room = await client.joinOrCreate('battlefield')
    room.reconnection.enabled = false
    const left = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)))
    server.child.kill('SIGTERM')
    const isNotReady = async () => (await fetch(`${opsUrl}/readyz`).catch(() => undefined))?.status
    let status = await isNotReady()
    for (let tries = 0; status === 200 && tries < 20; tries++) {
      await sleep(POLL_MS)
      status = await isNotReady()
    }
    assert.notEqual(status, 200, '503, or already gone')
    assert.equal(await server.exited, EXIT_CODES.ok)
    assert.ok([4460, 4461, 4001].includes(await left), 'a code that says why')
  })

  it('the echo of Ctrl-C through npm is no second signal', async (t) => {
    const server = run(t, process.execPath, ['src/main.ts'])
    await join(t, server)
    server.child.kill('SIGINT')
    server.child.kill('SIGINT')
    server.child.kill('SIGTERM')
    assert.equal(await server.exited, EXIT_CODES.ok)
  })

  it('a second signal ends a drain at once', async (t) => {
    const env = { DRAIN_DEADLINE_SEC: '60' }
    const server = run(t, process.execPath, ['src/main.ts'], env)
    const { client, publicUrl } = await join(t, server)
    const room = await client.joinOrCreate('battlefield', { mode: 'duel', map: 'duel' })
    room.reconnection.enabled = false
    let phase = ''
    room.onStateChange((state: { phase: string }) => (phase = state.phase))
    client.auth.token = await signIn(publicUrl)
    const rival = await client.joinOrCreate('battlefield', { mode: 'duel', map: 'duel' })
    rival.reconnection.enabled = false
    await until('the battle', () => phase === 'running', READY_MS_MAX)
    server.child.kill('SIGINT')
    await sleep(SAME_SIGNAL_MS + 2 * POLL_MS)
    assert.ok(isAlive(server.child.pid!), 'a running battle goes on')
    server.child.kill('SIGINT')
    assert.equal(await server.exited, EXIT_CODES.forced)
  })

  it('an uncaught error is logged and ends the process with 1 within 5 s', async (t) => {
    const bug = "process.on('SIGUSR2', () => { throw new Error('planted') })"
    const args = ['--import', `data:text/javascript,${encodeURIComponent(bug)}`, 'src/main.ts']
    const server = run(t, process.execPath, args)
    await until('the start', () => server.output().includes('"started"'), READY_MS_MAX)
    server.child.kill('SIGUSR2')
    await until('the crash', () => server.output().includes('"crash"'), READY_MS_MAX)
    const startedMs = performance.now()
    assert.equal(await server.exited, EXIT_CODES.crash)
    assert.ok(performance.now() - startedMs < STOP_MS_MAX)
    assert.match(server.output(), /"where":"uncaughtException".*planted/)
  })

  it('says in one line that a port is taken, and exits 78', async (t) => {
    const holder = createServer().listen(0, '127.0.0.1')
    t.after(() => holder.close())
    await until('the holder', () => holder.listening, READY_MS_MAX)
    const { port } = holder.address() as AddressInfo
    const server = run(t, process.execPath, ['src/main.ts'], {
      PORT: String(port),
      LOG_LEVEL: 'silent',
    })
    assert.equal(await server.exited, EXIT_CODES.config)
    const line = server.output().trim()
    assert.match(line, /^battalion: PORT: port \d+ is taken by another program; stop it or /)
    assert.equal(line.split('\n').length, 1)
  })

  it('says in one line that an option is wrong, or a directory unusable', async (t) => {
    for (const env of [{ PORT: 'x' }, { DATA_DIR: '/dev/null/data' }, { TRANSPORT: 'uws' }]) {
      const server = run(t, process.execPath, ['src/main.ts'], { ...env, LOG_LEVEL: 'silent' })
      assert.equal(await server.exited, EXIT_CODES.config, JSON.stringify(env))
      assert.match(server.output(), /^battalion: [A-Z_]+[:=][^\n]+\n$/, JSON.stringify(env))
    }
  })

  it('knows which Node is too old', () => {
    assert.ok(!isNodeSupported('20.20.2'))
    assert.ok(!isNodeSupported('21.7.3'))
    assert.ok(isNodeSupported('22.0.0'))
    assert.ok(isNodeSupported('26.1.0'))
  })
})

describe('the command line of npm start', () => {
  it('takes bots, map and ports, and explains what is wrong', () => {
    const args = ['--bots', '200', '--mode', 'front', '--map', 'front', '--port', '8000']
    const expected = { bots: 200, mode: 'front', map: 'front', port: '8000', opsPort: undefined }
    assert.deepEqual(parseStartOptions(args), expected)
    assert.deepEqual(parseStartOptions([]), {
      ...expected,
      bots: 100,
      mode: undefined,
      map: undefined,
      port: undefined,
    })
    for (const wrong of [['--bots', 'many'], ['--bots', '-1'], ['--bots', '99999'], ['--boots']]) {
      assert.equal(typeof parseStartOptions(wrong), 'string', wrong.join(' '))
    }
  })
})
