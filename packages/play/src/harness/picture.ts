/**
 * The bare picture over a made-up battle: the entry of the render bench.
 */
import { BattlefieldView } from '../render/battlefield-view.ts'
import { DARK_PALETTE, LIGHT_PALETTE } from '../render/palette.ts'
import { FakeBattle } from './fake-battle.ts'

const query = new URLSearchParams(location.search)
const canvas = document.querySelector('canvas')!
const source = new FakeBattle({ soldierCount: Number(query.get('n') ?? 200), isPlayer: query.has('player') })
const palette = query.has('light') ? LIGHT_PALETTE : DARK_PALETTE
const view = await BattlefieldView.create(canvas, source, palette)
view.resize(innerWidth, innerHeight)
Object.assign(view.camera, { x: 200, z: 196, zoom: Number(query.get('zoom') ?? 18) })
source.on('shot', (event) => view.effects.shot(event, view.camera))
source.on('hit', (event) => { view.effects.hit(event); view.soldiers.flash(event.target) })
source.on('explosion', (event) => view.effects.explosion(event, view.camera))
const times: number[] = []
function frame(now: number): void {
  const start = performance.now()
  source.update(now)
  view.draw({ source, objectives: [...source.state.objectives], fogCentre: query.has('player') ? source.own : undefined, followedId: 5, showGhost: false, dtSec: 1 / 60 })
  times.push(performance.now() - start)
  Object.assign(globalThis, { probe: { draws: view.drawCalls.count, drawn: view.soldiers.drawnCount, times } })
  requestAnimationFrame(frame)
}
requestAnimationFrame(frame)
