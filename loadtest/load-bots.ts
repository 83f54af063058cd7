/**
 * A bot process of `npm run load`: takes its task over IPC, keeps its part of the crowd in battle,
 * reports when asked, leaves when told or when its parent is gone. Never started by hand.
 */
import './bots/use-ws-sockets.ts'

import { compileNamedMap } from '@battalion/client/join-battle.ts'
import { fetchBalance } from '@battalion/client/session.ts'
import { battleGroundOf, type BattleGround } from './bots/battle-ground.ts'
import { BotCrowd } from './bots/bot-crowd.ts'
import { botName } from './bots/bot-names.ts'
import { createCrowdCounts, type CrowdBot, type CrowdCounts } from './bots/crowd-bot.ts'
import { FullBot } from './bots/full-bot.ts'
import { LeanBot } from './bots/lean-bot.ts'
import { endWithParent } from './child-life.ts'
import type { FromBots, LoadSample, LoadTask, ToBots } from './load-messages.ts'
import { systemClock, systemTimers } from './system-clock.ts'

function tell(message: FromBots): void {
  process.send?.(message)
}

async function runTask(task: LoadTask): Promise<void> {
  const balance = await fetchBalance(task.baseUrl, 'current')
  const ground = battleGroundOf(compileNamedMap(balance, task.scenario.map))
  warmFields(ground)
  const counts = createCrowdCounts()
  const crowd = new BotCrowd({
    clock: systemClock,
    timers: systemTimers,
    counts,
    joinsPerSec: task.joinsPerSec,
    seed: task.seed + task.firstNumber,
    createBot: (number) => createBot(task, number, { ground, counts }),
  })
  crowd.add(task.fullBots + task.leanBots)
  crowd.start()
  if (task.churnPerSec > 0) setInterval(() => crowd.dropOne(), 1000 / task.churnPerSec).unref()
  process.on('message', (message: ToBots) => {
    if (message.type === 'report') report(crowd, counts)
  })
  endWithParent(() => crowd.stop(500))
}

/** Flow fields are made before the clock runs, so that no bot waits for one in battle. */
function warmFields(ground: BattleGround): void {
  const { objectives, spawns } = ground.map.map
  for (const place of [...objectives, ...spawns]) ground.flows.toward(place.x, place.z)
}

function createBot(
  task: LoadTask,
  number: number,
  shared: { readonly ground: BattleGround; readonly counts: CrowdCounts },
): CrowdBot {
  const { scenario, seed, baseUrl, firstNumber, fullBots } = task
  const options = {
    baseUrl,
    name: botName(seed, firstNumber + number),
    seed: seed * 100_003 + firstNumber + number,
    join: { mode: scenario.mode, map: scenario.map },
    botKey: process.env['BATTALION_BOT_KEY'],
    counts: shared.counts,
    now: () => systemClock.monotonicMs(),
  }
  if (number < fullBots) return new FullBot(options)
  const gather = scenario.gather ?? undefined
  return new LeanBot({ ...options, timers: systemTimers, ground: shared.ground, gather })
}

function report(crowd: BotCrowd, counts: CrowdCounts): void {
  crowd.collect()
  const { user, system } = process.cpuUsage()
  const sample: LoadSample = {
    ...counts,
    type: 'sample',
    playing: crowd.playingCount,
    joinFailures: [...counts.joinFailures],
    disconnects: [...counts.disconnects],
    joinMs: [...counts.joinMs],
    roundTripMs: [...counts.roundTripMs],
    ownErrorMetres: [...counts.ownErrorMetres],
    cpuMs: (user + system) / 1000,
  }
  counts.joinMs.length = 0
  counts.roundTripMs.length = 0
  counts.ownErrorMetres.length = 0
  tell(sample)
}

process.once('message', (message) => {
  runTask(message as LoadTask).catch((error: unknown) => {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    process.disconnect?.()
    process.exitCode = 1
  })
})
