/**
 * CPU time of a whole tick but its sockets: commands, step, encode, compose, slow state. Soldiers
 * run about in the shipped front. What sockets cost on top is measured by `npm run load`.
 */
import { assert } from '@battalion/base/assert.ts'
import { createPrng, nextUint32 } from '@battalion/base/prng.ts'
import { benchRow, measureCpuMs } from '@battalion/testkit/bench-row.ts'
import type { BenchOptions, BenchRow } from '@battalion/testkit/bench-row.ts'
import { createFakeSession } from '@battalion/testkit/fake-session.ts'
import type { FakeSession } from '@battalion/testkit/fake-session.ts'
import { loadShippedBalance } from '@battalion/testkit/load-shipped-balance.ts'
import { machineFactor } from '@battalion/testkit/machine-factor.ts'
import { createCommand } from '@battalion/wire/input-codec.ts'

/** Ticks before the first that counts: with 40, most of it was the compiler's work. */
const WARM_TICKS = 600
/** By number of players: most CPU a tick may take (ms) on the reference machine. */
const BUDGET_MS = new Map([
  [200, 3],
  [1000, 15],
])

/** One row per number of players. */
export function runBench({ small }: BenchOptions): BenchRow[] {
  return Array.from(BUDGET_MS, ([players, budget]) =>
    benchRow({
      name: `room tick cpu without sockets, ${players} players`,
      value: measureTick(players, small ? 5 : 30),
      unit: 'ms',
      budget: budget * machineFactor(),
      better: 'lower',
    }),
  )
}

function measureTick(players: number, rounds: number): number {
  const balance = loadShippedBalance()
  const fake = createFakeSession({ balance, mode: 'front', isRecording: false })
  for (let index = 0; index < players; index++) fake.join(`p${index}`)
  const play = createPlay(fake, players)
  for (let tick = 0; tick < WARM_TICKS; tick++) play()
  const cpuMs = measureCpuMs(play, { rounds, batch: 20 })
  assert(fake.errors.length === 0, 'every tick was made')
  return cpuMs
}

/** One tick in which everybody runs somewhere and every eighth fires. */
function createPlay(fake: FakeSession, players: number): () => void {
  const prng = createPrng(1)
  const headings = Uint16Array.from({ length: players }, () => nextUint32(prng))
  let seq = 0
  return () => {
    seq = (seq + 1) & 0xffff
    for (const [index, { netId }] of fake.session.roster.all.entries()) {
      if (nextUint32(prng) % 40 === 0) headings[index] = nextUint32(prng)
      const yaw = headings[index]!
      fake.session.match.queues.push(netId, {
        ...createCommand(),
        seq,
        yaw,
        moveX: (yaw % 255) - 127,
        moveZ: ((yaw >> 8) % 255) - 127,
        buttons: index % 8 === 0 ? 1 : 0,
      })
    }
    fake.wake()
  }
}
