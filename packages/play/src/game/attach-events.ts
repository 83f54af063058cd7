/**
 * What the page does when something happens in the battle: effects in the picture, marks and words
 * in the HUD. Nothing here changes the battle.
 */
import type { Hud } from '../hud/hud.ts'
import { soldierName } from '../hud/hud-model.ts'
import type { BattlefieldView } from '../render/battlefield-view.ts'
import { teamColour } from '../render/palette.ts'
import { NOBODY } from './battle-source.ts'
import type { BattleEvents, BattleSource } from './battle-source.ts'
import type { CameraOperator } from './camera-operator.ts'

export interface EventTargets {
  readonly source: BattleSource
  readonly view: BattlefieldView
  readonly hud: Hud
  readonly operator: CameraOperator
}

/** Listens to `source` until it is left. */
export function attachEvents(targets: EventTargets): void {
  attachPicture(targets)
  attachOwn(targets)
  attachNews(targets)
}

function attachPicture({ source, view, operator }: EventTargets): void {
  source.on('shot', (event) => view.effects.shot(event, view.camera))
  source.on('explosion', (event) => {
    view.effects.explosion(event, view.camera)
    operator.addHeat(event.x, event.z)
  })
  source.on('impact', (event) => {
    view.effects.impact(event)
    view.soldiers.flash(event.target)
    operator.addHeat(event.x, event.z)
  })
  source.on('spawn', (event) => view.effects.spawn(event))
  source.on('ability', (event) => view.effects.ability(event))
  source.on('heal', ({ target }) => {
    const place = source.findPlace(target)
    if (place !== undefined) view.effects.heal(place)
  })
}

function attachOwn({ source, hud }: EventTargets): void {
  source.on('dealt', ({ lethal }) => hud.reticle.hit(lethal))
  source.on('taken', ({ angle }) => hud.reticle.hurt(angle))
}

function attachNews({ source, view, hud }: EventTargets): void {
  source.on('kill', (event) => {
    const place = source.findPlace(event.target)
    if (place !== undefined) view.effects.fall(place)
    showKill(source, hud, event)
  })
  source.on('capture', ({ name, team }) => {
    const { name: teamName, css } = teamColour(team)
    hud.banners.say(team < 0 ? `${name} is open` : `${teamName} took ${name}`, css)
  })
  source.on('notice', ({ message }) => hud.banners.say(message))
  source.on('result', (result) => hud.result.show(result, source.own.netId))
}

function showKill(source: BattleSource, hud: Hud, event: BattleEvents['kill']): void {
  const { state, own } = source
  const side = (netId: number) => ({
    name: soldierName(state, netId),
    team: state.roster.get(String(netId))?.team ?? 0xff,
    isOwn: netId === own.netId && netId !== NOBODY,
  })
  const killer = event.actor === NOBODY ? undefined : side(event.actor)
  const victim = side(event.target)
  const weapon = source.balance.weapons[event.weapon]?.name ?? ''
  hud.feed.add({ killer, victim, weapon })
  if (victim.isOwn) {
    hud.respawn.setCause(killer === undefined ? 'Lost in the field' : `${killer.name} · ${weapon}`)
  }
  if (killer?.isOwn === true && !victim.isOwn) {
    hud.banners.say(`You took out ${victim.name}`, teamColour(victim.team).css)
  }
}
