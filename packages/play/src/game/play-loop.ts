/**
 * One picture after another: battle, camera, intent, drawing, HUD, in this order, with the script
 * time of each measured. Starts nothing and ends nothing; `app.ts` decides what is shown.
 */
import { LifeState } from '@battalion/sim/world.ts'

import { setClass } from '../hud/dom.ts'
import type { Hud } from '../hud/hud.ts'
import { vitalsOf } from '../hud/hud-model.ts'
import { FrameStats } from '../engineer/frame-stats.ts'
import type { InputState } from '../input/input-state.ts'
import type { BattlefieldView } from '../render/battlefield-view.ts'
import { NOBODY } from './battle-source.ts'
import type { BattleSource, Intent, ObjectiveView } from './battle-source.ts'
import type { CameraOperator } from './camera-operator.ts'
import { chooseLabels } from './choose-labels.ts'

/** The longest step of effects and camera (s): after a hidden tab everything would jump. */
const STEP_SEC_MAX = 0.1
/** How often the slow parts of the HUD are written (ms): numbers nobody reads faster. */
const SLOW_HUD_MS = 100
const PANEL_MS = 500

export interface LoopParts {
  readonly view: BattlefieldView
  readonly hud: Hud
  readonly input: InputState
  readonly operator: CameraOperator
}

const AT_REST: Intent = { moveX: 0, moveZ: 0, yaw: 0, aimDistanceMetres: 0, buttons: 0 }

export class PlayLoop {
  /** Script time per picture and time between pictures (ms). */
  readonly script = new FrameStats()
  readonly interval = new FrameStats()
  source: BattleSource | undefined
  objectives: ObjectiveView[] = []
  readonly #parts: LoopParts
  #lastMs = 0
  #slowMs = 0
  #panelMs = 0

  constructor(parts: LoopParts) {
    this.#parts = parts
  }

  start(): void {
    const frame = (nowMs: number): void => {
      this.#frame(nowMs)
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  }

  #frame(nowMs: number): void {
    const startMs = performance.now()
    const sinceMs = this.#lastMs === 0 ? 16 : nowMs - this.#lastMs
    this.#lastMs = nowMs
    const { source } = this
    if (source === undefined) return
    this.#drawBattle(source, Math.min(STEP_SEC_MAX, sinceMs / 1000), startMs)
    if (nowMs - this.#slowMs >= SLOW_HUD_MS) {
      this.#slowMs = nowMs
      this.#writeSlowHud(source)
    }
    this.script.add(performance.now() - startMs)
    this.interval.add(sinceMs)
    if (nowMs - this.#panelMs < PANEL_MS) return
    this.#panelMs = nowMs
    this.#writePanels(source, nowMs / 1000)
  }

  #drawBattle(source: BattleSource, dtSec: number, nowMs: number): void {
    const { view, input, operator, hud } = this.#parts
    view.resize(innerWidth, innerHeight)
    source.update(nowMs)
    if (view.load(source)) hud.minimap.load(source.map, view.palette)
    operator.update({ source, objectives: this.objectives, input, dtSec })
    const { own } = source
    const isPlayer = own.netId !== NOBODY
    const isAlive = isPlayer && own.life === LifeState.alive
    if (isPlayer) {
      const isHeld = input.isBlocked || !isAlive
      source.setIntent(isHeld ? { ...AT_REST, yaw: own.yaw } : input.intent(view.camera, own))
    }
    view.draw({
      source,
      objectives: this.objectives,
      fogCentre: isAlive ? own : isPlayer ? view.camera : undefined,
      followedId: operator.followedId,
      showGhost: hud.engineer.showGhost,
      dtSec,
    })
    this.#writeFastHud(source, isAlive)
  }

  #writeFastHud(source: BattleSource, isAlive: boolean): void {
    const { view, hud, input, operator } = this.#parts
    setClass(document.documentElement, 'is-aiming', isAlive)
    const classHp = source.balance.classes[source.own.classId]?.hp ?? 100
    hud.reticle.update({
      isShown: isAlive && !input.isTouch,
      sx: input.pointer.sx,
      sy: input.pointer.sy,
      spread: input.held.has('Mouse0') ? 1 : 0,
      isLow: isAlive && source.own.hp * 3 < classHp,
    })
    const labels = chooseLabels(source, {
      camera: view.camera,
      pointer: input.pointer,
      followedId: operator.followedId,
    })
    hud.labels.update(labels, view.camera)
  }

  #writeSlowHud(source: BattleSource): void {
    const { view, hud, operator } = this.#parts
    const { state, own, soldiers } = source
    this.objectives = [...state.objectives]
    hud.strip.update(state, this.objectives, source.mode.tickets)
    hud.minimap.draw({ soldiers, own, objectives: this.objectives, camera: view.camera })
    hud.setWhere({ mode: source.mode.name, map: source.map.name, soldierCount: state.roster.size })
    hud.setAutoShown(own.netId === NOBODY && operator.mode !== 'auto')
    const isPlayer = own.netId !== NOBODY
    hud.vitals.root.hidden = !isPlayer || own.life !== LifeState.alive
    if (!isPlayer) {
      hud.respawn.root.hidden = true
      return
    }
    hud.vitals.update(vitalsOf(own, source.balance))
    hud.respawn.update({
      life: own.life,
      waitMs: own.respawnLeftMs,
      balance: source.balance,
      classId: source.balance.classes[own.classId]?.id ?? '',
    })
  }

  #writePanels(source: BattleSource, timeSec: number): void {
    const { view, hud } = this.#parts
    hud.engineer.update(
      {
        source,
        script: this.script,
        frame: this.interval,
        drawCalls: view.drawCalls.count,
        soldiersDrawn: view.soldiers.drawnCount,
      },
      timeSec,
    )
    if (hud.scoreboard.isOpen) this.writeScoreboard()
    hud.result.follow(source.state)
  }

  /** Fills the scoreboard now. */
  writeScoreboard(): void {
    const { source } = this
    if (source === undefined) return
    this.#parts.hud.scoreboard.update({
      roster: source.state.roster.values(),
      ownId: source.own.netId,
      teamCount: source.mode.teamCount,
      balance: source.balance,
    })
  }
}
