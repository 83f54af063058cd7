/**
 * Life of the server process: start, signals, drain, exit. Every way out ends in one of EXIT_CODES
 * within its deadline. First SIGTERM or SIGINT: not ready at once, no new seats, battles end or the
 * drain deadline comes, then everything is closed. Second signal: out at once. An uncaught error is
 * a bug: it is logged, results are written, and the process leaves within CRASH_EXIT_MS_MAX.
 */
import type { DemoControl } from '../rooms/ports.ts'
import type { App } from './app.ts'
import { startApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import type { Config } from './config.ts'
import { systemClock } from './system-clock.ts'
import { TransportError } from './transport/choose-transport.ts'

/** What the process says when it ends. */
export const EXIT_CODES = {
  /** Stopped as asked; every result is on disk. */
  ok: 0,
  /** An error nobody caught, or a start that failed for a reason that is our bug. */
  crash: 1,
  /** A second signal cut the drain short. */
  forced: 2,
  /** Stopped as asked, but a battle result could not be written. */
  resultsLost: 3,
  /** A wrong option, a taken port, a data directory that cannot be used (EX_CONFIG). */
  config: 78,
} as const

/** An uncaught error leaves this long for the last lines and results (ms). */
const CRASH_EXIT_MS_MAX = 4000
/** How often a drain looks whether the last battle has ended (ms). */
const DRAIN_POLL_MS = 100
/** After the drain deadline, closing may take this long before the process is forced out (ms). */
const STOP_MS_MAX = 5000

/** Ctrl-C reaches us from the terminal and once more through npm; within this it is one (ms). */
export const SAME_SIGNAL_MS = 500

/** Runs a server until a signal; never returns before it is ready. */
export async function runServer(): Promise<void> {
  const life = new Lifecycle()
  life.listen()
  try {
    const config = readConfig(process.env)
    life.config = config
    const demo = createDemoControl(config)
    const onUnusable = leaveUnusable
    const first = createFirstOperator()
    const options = { config, collectProcessMetrics: true, onUnusable, ...demo, ...first }
    life.app = await startApp(options)
    const { publicUrl, opsUrl, store } = life.app
    process.send?.({ type: 'ready', publicUrl, opsUrl })
    // What fails here ends or delays the server by itself.
    const tell = () => void process.send?.({ type: 'databaseReady', publicUrl })
    store.database.ready.then(tell, () => undefined)
  } catch (error) {
    if (error instanceof ConfigError || error instanceof TransportError) leaveUnusable(error)
    process.stderr.write(`battalion: the start failed: ${describe(error)}\n`)
    process.exit(EXIT_CODES.crash)
  }
}

/** One line for the operator, and out: nothing but a change of theirs helps. */
function leaveUnusable(error: Error): never {
  process.stderr.write(`battalion: ${error.message}\n`)
  process.exit(EXIT_CODES.config)
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

class Lifecycle {
  app: App | undefined
  config: Config | undefined
  #stoppingSinceMs: number | undefined
  #isCrashing = false

  listen(): void {
    process.on('SIGTERM', () => this.#onSignal('SIGTERM'))
    process.on('SIGINT', () => this.#onSignal('SIGINT'))
    process.on('uncaughtException', (error) => this.#crash('uncaughtException', error))
    process.on('unhandledRejection', (error) => this.#crash('unhandledRejection', error))
    // Started by another program of ours over IPC: when that one dies, so does this.
    if (process.send !== undefined) process.on('disconnect', () => this.#onSignal('disconnect'))
  }

  #onSignal(signal: string): void {
    const nowMs = systemClock.monotonicMs()
    if (this.#stoppingSinceMs !== undefined) {
      const isMeant = nowMs - this.#stoppingSinceMs > SAME_SIGNAL_MS
      if (isMeant && signal !== 'disconnect') process.exit(EXIT_CODES.forced)
      return
    }
    this.#stoppingSinceMs = nowMs
    if (this.app === undefined) process.exit(EXIT_CODES.ok)
    this.#drainAndStop(this.app, signal).catch((error: unknown) => this.#crash('stop', error))
  }

  async #drainAndStop(app: App, signal: string): Promise<void> {
    const deadlineSec = this.config?.drainDeadlineSec ?? 0
    app.logger.info({ event: 'drain', signal, deadlineSec }, 'draining')
    const deadlineMs = systemClock.monotonicMs() + deadlineSec * 1000
    if (deadlineSec > 0) app.beginDrain(deadlineSec)
    while (app.battleCount() > 0 && systemClock.monotonicMs() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS))
    }
    setTimeout(() => process.exit(EXIT_CODES.forced), STOP_MS_MAX).unref()
    const { resultsLost } = await app.stop()
    app.logger.info({ event: 'stopped', resultsLost }, 'stopped')
    app.logger.flush()
    process.exit(resultsLost === 0 ? EXIT_CODES.ok : EXIT_CODES.resultsLost)
  }

  #crash(where: string, error: unknown): void {
    if (this.#isCrashing) return
    this.#isCrashing = true
    setTimeout(() => process.exit(EXIT_CODES.crash), CRASH_EXIT_MS_MAX).unref()
    if (this.app === undefined) {
      process.stderr.write(`battalion: ${describe(error)}\n`)
      process.exit(EXIT_CODES.crash)
    }
    this.app.metrics.numbers('battalion_errors_total').cell(where).add(1)
    this.app.logger.error({ event: 'crash', where, err: error }, 'the process must end')
    this.app.logger.flush()
    this.app.stop().then(leaveCrashed, leaveCrashed)
  }
}

function leaveCrashed(): never {
  process.exit(EXIT_CODES.crash)
}

/** The link is for who started this by `npm start`; a server of its own prints no secrets. */
function createFirstOperator(): { onFirstOperator?: (url: string) => void } {
  if (process.send === undefined) return {}
  return { onFirstOperator: (url) => void process.send?.({ type: 'firstOperator', url }) }
}

/** Asks the program that started this one for more bots, up to DEMO_BOTS_MAX. */
function createDemoControl(config: Config): { demo?: DemoControl } {
  if (config.demoBotsMax === 0 || process.send === undefined) return {}
  let asked = 0
  return {
    demo: {
      addBots(matchId, count) {
        if (asked + count > config.demoBotsMax || process.send === undefined) return false
        asked += count
        return process.send({ type: 'addBots', matchId, count })
      },
    },
  }
}
