/**
 * `node loadtest/run-bots.ts --url U --count N`: a standing crowd of full bots, the demo's
 * opponents. Keeps the number up through losses and server restarts; takes `{ type: 'addBots',
 * count }` from its parent up to BOTS_ADDED_MAX; goes within a second when told to or when its
 * parent is gone. Touches nothing but the server's public port.
 */
import './bots/use-ws-sockets.ts'

import { parseArgs } from 'node:util'

import type { JoinOptions } from '@battalion/wire/messages.ts'
import { BotCrowd } from './bots/bot-crowd.ts'
import { botName } from './bots/bot-names.ts'
import { createCrowdCounts, type CrowdCounts } from './bots/crowd-bot.ts'
import { FullBot } from './bots/full-bot.ts'
import { endWithParent } from './child-life.ts'
import { systemClock, systemTimers } from './system-clock.ts'

/** Joins per second: a full server hall, not a herd. */
const JOINS_PER_SEC = 20
/** Bots that may be asked for beyond the first ones; further wishes are ignored. */
const BOTS_ADDED_MAX = 500
const BOTS_MAX = 5000
/** A status line this often while the crowd is not whole, else only when something changed (ms). */
const STATUS_MS = 5000

const USAGE = `node loadtest/run-bots.ts [options]
  --url U        public address of the server (http://127.0.0.1:2567)
  --count N      bots to keep in battle (100)
  --mode NAME    mode to join (the server chooses)
  --map NAME     map to join (the server chooses)
  --seed N       seed of names, characters and dice (1)
  --quiet        no status lines
BATTALION_BOT_KEY in the environment marks the bots as the server's own.
`

interface BotsOptions {
  readonly url: string
  readonly count: number
  readonly seed: number
  readonly join: JoinOptions
  readonly isQuiet: boolean
}

/** Reads the command line; a sentence when it is wrong. */
function parseOptions(args: readonly string[]): BotsOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string', default: 'http://127.0.0.1:2567' },
        count: { type: 'string', default: '100' },
        mode: { type: 'string' },
        map: { type: 'string' },
        seed: { type: 'string', default: '1' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return USAGE
    const count = Number(values.count)
    if (!Number.isInteger(count) || count < 0 || count > BOTS_MAX) {
      return `--count is a whole number from 0 to ${BOTS_MAX}.\n`
    }
    const { url, mode, map, quiet } = values
    const join = { ...(mode === undefined ? {} : { mode }), ...(map === undefined ? {} : { map }) }
    return { url, count, seed: Number(values.seed) || 1, join, isQuiet: quiet }
  } catch (error) {
    return `${(error as Error).message}\n${USAGE}`
  }
}

function runBots(options: BotsOptions): void {
  const { url, seed, join } = options
  const counts = createCrowdCounts()
  const botKey = process.env['BATTALION_BOT_KEY']
  const crowd = new BotCrowd({
    clock: systemClock,
    timers: systemTimers,
    counts,
    joinsPerSec: JOINS_PER_SEC,
    seed,
    createBot: (number) =>
      new FullBot({
        baseUrl: url,
        name: botName(seed, number),
        seed: seed * 100_003 + number,
        join,
        botKey,
        counts,
        now: () => systemClock.monotonicMs(),
      }),
  })
  crowd.add(options.count)
  crowd.start()
  acceptWishes(crowd)
  if (!options.isQuiet) reportStatus(crowd, counts)
  endWithParent(() => crowd.stop(500))
}

/** `{ type: 'addBots', count }` from the parent. */
function acceptWishes(crowd: BotCrowd): void {
  let added = 0
  process.on('message', (message) => {
    const wish = message as { type?: unknown; count?: unknown } | null
    if (wish?.type !== 'addBots' || !Number.isInteger(wish.count)) return
    const count = Math.min(Math.max(0, wish.count as number), BOTS_ADDED_MAX - added)
    added += count
    crowd.add(count)
  })
}

function reportStatus(crowd: BotCrowd, counts: CrowdCounts): void {
  let last = ''
  setInterval(() => {
    const playing = crowd.playingCount
    const failures = [...counts.joinFailures].map(([code, count]) => `${count} × ${code}`)
    const lost = [...counts.disconnects].map(([reason, count]) => `${count} × ${reason}`)
    const line =
      `bots: ${playing} of ${crowd.size} in battle` +
      (failures.length > 0 ? `; joins refused: ${failures.join(', ')}` : '') +
      (lost.length > 0 ? `; connections lost: ${lost.join(', ')}` : '')
    counts.joinMs.length = 0
    counts.roundTripMs.length = 0
    if (line !== last) process.stdout.write(`${line}\n`)
    last = line
  }, STATUS_MS).unref()
}

const options = parseOptions(process.argv.slice(2))
if (typeof options === 'string') {
  process.stderr.write(options)
  process.exitCode = options === USAGE ? 0 : 78
} else {
  runBots(options)
}
