/**
 * Reads modes, formulas and the level curve. A mode must be playable on each of its maps: a spawn
 * area for every team, and something to capture where the form needs it.
 */
import type { BattleMap, Formulas, LevelCurve, Mode } from './balance.ts'
import { SOLDIERS_MAX, SQUADS_PER_TEAM_MAX, TEAMS_MAX } from './limits.ts'
import { TICK_RATE_HZ_MAX, TICK_RATE_HZ_MIN } from './limits.ts'
import type { BalanceFields, BalanceNode } from './parse-balance-node.ts'

const DURATION_SEC_MAX = 7200
/** Ticks of a phase are u32, those of a revive u16: both are far away. */
const TICKETS_MAX = 100_000
const SCORE_MAX = 10_000
const MAPS_MAX = 64

export function readMode(node: BalanceNode, maps: readonly BattleMap[]): Mode {
  return node.record((fields) => {
    const mode: Mode = {
      id: fields.get('id').id(),
      name: fields.get('name').text(),
      form: fields.get('form').choice(['conquest', 'duel']),
      tickRateHz: fields.get('tickRateHz').whole(TICK_RATE_HZ_MIN, TICK_RATE_HZ_MAX),
      teamCount: fields.get('teamCount').whole(2, TEAMS_MAX),
      squadSize: fields.get('squadSize').whole(1, 64),
      playersMax: fields.get('playersMax').whole(1, SOLDIERS_MAX),
      playersMin: fields.get('playersMin').whole(1, SOLDIERS_MAX),
      ...readDurations(fields),
      tickets: fields.get('tickets').whole(1, TICKETS_MAX),
      bleedTicketsPerMinute: fields.get('bleedTicketsPerMinute').number(0, TICKETS_MAX),
      friendlyFireRatio: fields.get('friendlyFireRatio').number(0, 1),
      timeDilation: fields.has('timeDilation') && fields.get('timeDilation').flag(),
      maps: fields
        .get('maps')
        .list(1, MAPS_MAX)
        .map((map) => readMapOfMode(map, maps)),
    }
    if (mode.playersMin > mode.playersMax) node.refuse('"playersMin" is above "playersMax"')
    if (mode.squadSize * SQUADS_PER_TEAM_MAX * mode.teamCount < mode.playersMax) {
      node.refuse('"squadSize" is too small for "playersMax"')
    }
    const listed = fields.get('maps').list(1, MAPS_MAX)
    mode.maps.forEach((id, index) => {
      const map = maps.find((one) => one.id === id)
      if (map !== undefined) refuseUnplayable(listed[index]!, mode, map)
    })
    return mode
  })
}

function readDurations(fields: BalanceFields) {
  return {
    warmupSec: fields.get('warmupSec').number(0, DURATION_SEC_MAX),
    roundSec: fields.get('roundSec').number(1, DURATION_SEC_MAX),
    endedSec: fields.get('endedSec').number(0, DURATION_SEC_MAX),
    respawnSec: fields.get('respawnSec').number(0, DURATION_SEC_MAX),
    protectionSec: fields.get('protectionSec').number(0, DURATION_SEC_MAX),
    downSec: fields.get('downSec').number(0, DURATION_SEC_MAX),
    captureSec: fields.get('captureSec').number(0.1, DURATION_SEC_MAX),
  }
}

function readMapOfMode(node: BalanceNode, maps: readonly BattleMap[]): string {
  const id = node.id()
  const known = maps.map((map) => map.id).join(', ')
  const isKnown = node.isFaulty || maps.some((map) => map.id === id)
  return isKnown ? id : node.expected(`one of ${known}`, '')
}

function refuseUnplayable(node: BalanceNode, mode: Mode, map: BattleMap): void {
  for (let team = 0; team < mode.teamCount; team++) {
    if (map.spawns.some((spawn) => spawn.team === team)) continue
    node.refuse(`the map "${map.id}" has no spawn area for team ${team}`)
  }
  if (mode.form === 'conquest' && map.objectives.length === 0) {
    node.refuse(`the map "${map.id}" has no objectives to conquer`)
  }
}

export function readFormulas(node: BalanceNode): Formulas {
  return node.record((fields) => ({
    falloff: fields.get('falloff').record((falloff) => ({
      form: falloff.get('form').choice(['linear', 'none']),
    })),
    armour: fields.get('armour').record(readArmour),
    defence: fields.get('defence').record((defence) => ({
      form: defence.get('form').choice(['percent', 'flat']),
    })),
    blast: fields.get('blast').record((blast) => ({
      form: blast.get('form').choice(['linear', 'quadratic']),
      coverRatio: blast.get('coverRatio').number(0, 1),
    })),
    friendlyFireRatio: fields.get('friendlyFireRatio').number(0, 1),
    score: fields.get('score').record(readScore),
    assistShare: fields.get('assistShare').number(0, 1),
  }))
}

function readArmour(fields: BalanceFields): Formulas['armour'] {
  const form = fields.get('form').choice(['absorb', 'reduce'])
  if (form === 'absorb') return { form, ratio: fields.get('ratio').number(0, 1) }
  return { form, k: fields.get('k').number(1, 10_000) }
}

function readScore(fields: BalanceFields): Formulas['score'] {
  return {
    kill: fields.get('kill').number(0, SCORE_MAX),
    assist: fields.get('assist').number(0, SCORE_MAX),
    revive: fields.get('revive').number(0, SCORE_MAX),
    healPerHp: fields.get('healPerHp').number(0, SCORE_MAX),
    capture: fields.get('capture').number(0, SCORE_MAX),
    defend: fields.get('defend').number(0, SCORE_MAX),
    resupply: fields.get('resupply').number(0, SCORE_MAX),
  }
}

export function readLevels(file: BalanceNode): LevelCurve {
  return file.record((root) =>
    root.get('levels').record((fields) => ({
      form: fields.get('form').choice(['power']),
      base: fields.get('base').number(1, 1_000_000),
      exponent: fields.get('exponent').number(1, 4),
      levelMax: fields.get('levelMax').whole(1, 1000),
    })),
  )
}
