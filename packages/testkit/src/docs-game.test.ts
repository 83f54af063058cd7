/**
 * `docs/game.md` as a program: its JSON blocks are put where the page says, the balance is parsed,
 * and battles are played with them. Also: every file the page names exists.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Balance } from '@battalion/sim/balance.ts'
import { Button } from '@battalion/sim/commands.ts'
import { createWorld } from '@battalion/sim/create-world.ts'
import { EventType } from '@battalion/sim/events.ts'
import { BalanceError, parseBalance } from '@battalion/sim/parse-balance.ts'
import { addSoldier } from '@battalion/sim/soldiers.ts'
import { setCommand } from '@battalion/sim/commands.ts'
import { stepWorld } from '@battalion/sim/step-world.ts'
import type { World } from '@battalion/sim/world.ts'
import { readShippedBalanceFiles } from './load-shipped-balance.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PAGE = readFileSync(join(ROOT, 'docs/game.md'), 'utf8')

function block(name: string): unknown {
  const found = new RegExp('```json ' + name + '\\n([\\s\\S]*?)```').exec(PAGE)
  assert.ok(found, `docs/game.md has a block "${name}"`)
  return JSON.parse(found[1]!)
}

interface Files {
  'weapons.json': { weapons: { id: string; damage: unknown }[] }
  'classes.json': { classes: { id: string; weapons: string[] }[] }
  'modes.json': { modes: unknown[] }
  'balance.json': { version: string }
}

function filesOfThePage(): Files {
  const files = readShippedBalanceFiles() as unknown as Files
  files['weapons.json'].weapons.push(block('weapon') as { id: string; damage: unknown })
  for (const [id, weapons] of Object.entries(block('class-weapons') as Record<string, string[]>)) {
    files['classes.json'].classes.find((entry) => entry.id === id)!.weapons = weapons
  }
  files['modes.json'].modes.push(block('mode'))
  files['balance.json'].version = (block('version') as { version: string }).version
  return files
}

function balanceOfThePage(): Balance {
  return parseBalance({ ...filesOfThePage() })
}

function holdFire(world: World, netId: number, seq: number): void {
  setCommand(world, netId as never, {
    seq,
    buttons: Button.fire,
    moveX: 0,
    moveZ: 0,
    yaw: 0,
    aimDistance: 0,
    viewTime: (world.tick * 8) & 0xffff,
  })
}

describe('docs/game.md', () => {
  it('[BAT-4] a new weapon is a data change: the class carries it and it fires', () => {
    const balance = balanceOfThePage()
    assert.equal(balance.version, '1.burst')
    const weapon = balance.weapons.findIndex((entry) => entry.id === 'burst-rifle')
    const classId = balance.classes.findIndex((entry) => entry.id === 'assault')
    assert.equal(balance.classes[classId]!.weapons[0], weapon)
    const world = createWorld({
      balance,
      modeId: 'conquest',
      mapId: 'skirmish',
      seed: 1,
      capacity: 4,
    })
    const netId = addSoldier(world, { classId })!
    let shots = 0
    for (let step = 0; step < 100; step++) {
      holdFire(world, netId, step)
      stepWorld(world)
      for (let row = 0; row < world.events.count; row++) {
        if (world.events.type[row] !== EventType.shot) continue
        assert.equal(world.events.kind[row], weapon)
        shots++
      }
    }
    assert.ok(shots > 0, 'the new weapon was fired')
  })

  it('[BAT-5] a new mode is a data change: the battle runs at its rate and ends', () => {
    const balance = balanceOfThePage()
    const mode = balance.modes.find((entry) => entry.id === 'deathmatch')!
    const world = createWorld({
      balance,
      modeId: mode.id,
      mapId: 'skirmish',
      seed: 1,
      capacity: mode.playersMax,
    })
    addSoldier(world, {})
    addSoldier(world, {})
    const steps = (mode.warmupSec + mode.roundSec + 1) * mode.tickRateHz
    let ended = false
    for (let step = 0; step < steps && !ended; step++) {
      stepWorld(world)
      for (let row = 0; row < world.events.count; row++) {
        if (world.events.type[row] === EventType.end) ended = true
      }
    }
    assert.ok(ended, 'the battle ended by its own clock')
  })

  it('[GMD-3] the wrong value the page shows stops the load with the line it prints', () => {
    const files = filesOfThePage()
    files['weapons.json'].weapons[0]!.damage = '34'
    const printed = /```text\n(.*)\n```/.exec(PAGE)![1]!
    assert.throws(
      () => parseBalance({ ...files }),
      (error) => error instanceof BalanceError && error.message === printed,
    )
  })

  it('[DEP-4] every file the page names exists', () => {
    const named = [...PAGE.matchAll(/`((?:packages|docs)\/[\w./-]+)`/g)].map((match) => match[1]!)
    assert.ok(named.length > 8)
    for (const path of named) assert.ok(existsSync(join(ROOT, path)), `docs/game.md names ${path}`)
  })
})
