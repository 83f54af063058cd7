/**
 * `npm start`: a server and a standing battle of bots, each in a process of its own, on this
 * machine. Prints the addresses, passes the page's wish for more bots on, and ends both processes
 * within 5 s of Ctrl-C or SIGTERM. Per-address limits are raised only on the server it starts. The
 * children also end by themselves when this process is gone (their IPC channel closes).
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { loadBalance } from './load-balance.ts'
import { checkNodeVersion } from './node-version.ts'
import { planDemo } from './plan-demo.ts'
import type { DemoPlan } from './plan-demo.ts'

const SOURCE_DIR = fileURLToPath(new URL('..', import.meta.url))
const BOTS_DEFAULT_COUNT = 100
const BOTS_MAX = 2000
/** Ctrl-C reaches us from the terminal and once more through npm; within this it is one (ms). */
const SAME_SIGNAL_MS = 500
/** A child that has not gone by then is killed (ms); the promise is 5 s. */
const KILL_AFTER_MS = 3500
const BOTS_RESTART_MS = 2000
const BOTS_RESTARTS_MAX = 5

const USAGE = `npm start -- [options]
  --bots N       bots in the standing battle (${BOTS_DEFAULT_COUNT}; 0 = none, at most ${BOTS_MAX})
  --mode NAME    mode of that battle (conquest, front, duel, …); front for many bots
  --map NAME     map of that battle (duel, skirmish, front, …)
  --port N       public port (PORT, 2567)
  --ops-port N   ops port (OPS_PORT, 2568)
`

/** What the command line said. */
export interface StartOptions {
  readonly bots: number
  readonly mode: string | undefined
  readonly map: string | undefined
  readonly port: string | undefined
  readonly opsPort: string | undefined
}

/** Reads the command line; a sentence when it is wrong. */
export function parseStartOptions(args: readonly string[]): StartOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        bots: { type: 'string', default: String(BOTS_DEFAULT_COUNT) },
        mode: { type: 'string' },
        map: { type: 'string' },
        port: { type: 'string' },
        'ops-port': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return USAGE
    const bots = /^\d{1,5}$/.test(values.bots) ? Number(values.bots) : Number.NaN
    if (!(bots <= BOTS_MAX)) return `--bots is a whole number from 0 to ${BOTS_MAX}.\n`
    const { mode, map, port } = values
    return { bots, mode, map, port, opsPort: values['ops-port'] }
  } catch (error) {
    return `${(error as Error).message}\n${USAGE}`
  }
}

/** Limits that make sense between strangers, not between this machine and itself. */
const OWN_MACHINE_LIMITS = {
  SOCKETS_PER_ADDRESS_MAX: '100000',
  GUESTS_PER_ADDRESS_PER_MIN: '1000000',
  MATCHMAKES_PER_ADDRESS_PER_MIN: '1000000',
  READS_PER_ADDRESS_PER_MIN: '1000000',
  SIGN_INS_PER_ADDRESS_PER_MIN: '1000000',
  REFRESHES_PER_ADDRESS_PER_MIN: '1000000',
}

class Demo {
  readonly #options: StartOptions
  readonly #plan: DemoPlan
  readonly #botKey = randomBytes(24).toString('base64url')
  readonly #children = new Set<ChildProcess>()
  #bots: ChildProcess | undefined
  #botsRestarts = 0
  #exitCode = 0
  #stoppingSinceMs: number | undefined

  constructor(options: StartOptions) {
    this.#options = options
    this.#plan = planDemo(options, loadBalance(`${SOURCE_DIR}packages/sim/balance/1`).balance)
  }

  run(): void {
    process.on('SIGINT', () => this.#stop())
    process.on('SIGTERM', () => this.#stop())
    // Started by a program over a channel: never outlives it.
    process.on('disconnect', () => this.#stop())
    const server = this.#fork('src/main.ts', [], this.#serverEnv())
    server.on('message', (message) => this.#onServerMessage(message as ServerMessage))
    server.on('exit', (code) => {
      if (!this.#isStopping()) this.#exitCode = code ?? 1
      this.#stop()
    })
  }

  #isStopping(): boolean {
    return this.#stoppingSinceMs !== undefined
  }

  #serverEnv(): NodeJS.ProcessEnv {
    const { port, opsPort } = this.#options
    return {
      ...OWN_MACHINE_LIMITS,
      LOG_LEVEL: 'warn',
      ...process.env,
      ...(port === undefined ? {} : { PORT: port }),
      ...(opsPort === undefined ? {} : { OPS_PORT: opsPort }),
      DRAIN_DEADLINE_SEC: '0',
      DEMO_BOTS_MAX: String(this.#plan.extraBotsMax),
      BATTALION_BOT_KEY: this.#botKey,
    }
  }

  /** A process group of its own: Ctrl-C reaches only this process, which ends the others once. */
  #fork(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const child = fork(`${SOURCE_DIR}${program}`, args, {
      cwd: process.cwd(),
      env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#children.add(child)
    child.on('exit', () => this.#children.delete(child))
    child.on('error', (error) => process.stderr.write(`start: ${error.message}\n`))
    return child
  }

  #onServerMessage(message: ServerMessage): void {
    if (message.type === 'ready') {
      process.stdout.write(describeAddresses(message, this.#options))
    } else if (message.type === 'databaseReady') {
      // Before that they could not sign in, and would be refused for seconds.
      if (this.#options.bots > 0) this.#startBots(message.publicUrl)
    } else if (message.type === 'firstOperator') {
      process.stdout.write(describeFirstOperator(message.url))
    } else if (message.type === 'addBots') {
      this.#bots?.send(message)
    }
  }

  #startBots(url: string): void {
    const { bots, map } = this.#options
    const { mode } = this.#plan
    const args = ['--url', url, '--count', String(bots)]
    if (mode !== undefined) args.push('--mode', mode)
    if (map !== undefined) args.push('--map', map)
    this.#bots = this.#fork('loadtest/run-bots.ts', args, {
      ...process.env,
      BATTALION_BOT_KEY: this.#botKey,
    })
    this.#bots.on('exit', (code) => {
      if (this.#isStopping()) return
      this.#botsRestarts++
      if (this.#botsRestarts > BOTS_RESTARTS_MAX) {
        process.stderr.write(`start: the bots ended (${code}) too often; the server goes on.\n`)
        return
      }
      process.stderr.write(`start: the bots ended (${code}); starting them again.\n`)
      setTimeout(() => !this.#isStopping() && this.#startBots(url), BOTS_RESTART_MS)
    })
  }

  #stop(): void {
    const isFirst = this.#stoppingSinceMs === undefined
    const nowMs = performance.now()
    this.#stoppingSinceMs ??= nowMs
    if (!isFirst && nowMs - this.#stoppingSinceMs < SAME_SIGNAL_MS) return
    for (const child of this.#children) child.kill(isFirst ? 'SIGTERM' : 'SIGKILL')
    if (!isFirst) return
    const leave = () => this.#children.size === 0 && process.exit(this.#exitCode)
    for (const child of this.#children) child.on('exit', leave)
    setTimeout(() => {
      for (const child of this.#children) child.kill('SIGKILL')
    }, KILL_AFTER_MS).unref()
    leave()
  }
}

type ServerMessage =
  | { readonly type: 'firstOperator'; readonly url: string }
  | { readonly type: 'ready'; readonly publicUrl: string; readonly opsUrl: string }
  | { readonly type: 'databaseReady'; readonly publicUrl: string }
  | { readonly type: 'addBots'; readonly matchId: string; readonly count: number }

/** What the command prints once the server can be reached. */
export function describeAddresses(
  urls: { publicUrl: string; opsUrl: string },
  options: StartOptions,
): string {
  const battle = options.bots === 0 ? 'no bots' : `a standing battle of ${options.bots} bots`
  return `
Battalion is up, with ${battle}.

  play      ${urls.publicUrl}/
  console   ${urls.publicUrl}/console
  API       ${urls.publicUrl}/docs
  metrics   ${urls.opsUrl}/metrics

Ctrl-C stops everything; data stays in ${process.env['DATA_DIR'] ?? '.data'}/.
`
}

/** What it prints while there is no operator. */
export function describeFirstOperator(url: string): string {
  return `
Nobody may use the console yet. This link makes you the first operator; it is good once, for 15 min:

  ${url}

`
}

if (import.meta.main) {
  checkNodeVersion(process.versions.node)
  const options = parseStartOptions(process.argv.slice(2))
  if (typeof options === 'string') {
    process.stderr.write(options)
    process.exitCode = options === USAGE ? 0 : 78
  } else {
    new Demo(options).run()
  }
}
