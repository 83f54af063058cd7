/**
 * The whole HUD: makes every part once, lays them out, and shows what fits the moment (watching,
 * playing, fallen, disconnected). Parts know nothing of each other.
 */
import type { Balance } from '@battalion/sim/balance.ts'

import { createTouchControls } from '../input/touch-controls.ts'
import type { InputState } from '../input/input-state.ts'
import { EngineerPanel } from '../engineer/engineer-panel.ts'
import { Banners } from './banners.ts'
import { button, el, icon, ICONS, setShown, setText } from './dom.ts'
import { createHelpDialog } from './help-dialog.ts'
import { JoinDialog } from './join-dialog.ts'
import type { JoinChoice } from './join-dialog.ts'
import { KillFeed } from './kill-feed.ts'
import { Minimap } from './minimap.ts'
import { NameLabels } from './name-labels.ts'
import { RespawnPanel } from './respawn-panel.ts'
import { ResultScreen } from './result-screen.ts'
import { Reticle } from './reticle.ts'
import { Scoreboard } from './scoreboard.ts'
import { TopStrip } from './top-strip.ts'
import { VitalsBar } from './vitals-bar.ts'

export interface HudActions {
  openJoin(): void
  join(choice: JoinChoice): void
  leave(): void
  autoCamera(): void
  goTo(x: number, z: number): void
  toggleTheme(): void
  toggleScoreboard(): void
  toggleEngineer(): void
  chooseClass(classId: string): void
  giveUp(): void
}

export class Hud {
  readonly strip = new TopStrip()
  readonly vitals = new VitalsBar()
  readonly feed = new KillFeed()
  readonly banners = new Banners()
  readonly labels = new NameLabels()
  readonly reticle = new Reticle()
  readonly result = new ResultScreen()
  readonly help = createHelpDialog()
  readonly minimap: Minimap
  readonly scoreboard: Scoreboard
  readonly join: JoinDialog
  readonly respawn: RespawnPanel
  readonly engineer: EngineerPanel
  /** The layer over the picture. */
  readonly root: HTMLElement
  /** The buttons at the top; the part with chat and friends adds its own. */
  readonly tools: HTMLElement
  readonly #where = el('span', { class: 'brand-where' })
  readonly #joinText = el('span', { class: 'join-where' })
  readonly #joinBox: HTMLElement
  readonly #auto: HTMLButtonElement
  readonly #leave: HTMLButtonElement
  readonly #touch: HTMLElement

  constructor(root: HTMLElement, input: InputState, actions: HudActions) {
    this.root = root
    this.minimap = new Minimap((x, z) => actions.goTo(x, z))
    this.scoreboard = new Scoreboard(() => actions.toggleScoreboard())
    this.join = new JoinDialog((choice) => actions.join(choice))
    this.respawn = new RespawnPanel({
      chooseClass: (classId) => actions.chooseClass(classId),
      giveUp: () => actions.giveUp(),
    })
    this.engineer = new EngineerPanel(() => actions.toggleEngineer())
    this.#auto = button({
      class: 'chip-button',
      text: 'Automatic camera',
      onClick: () => actions.autoCamera(),
    })
    this.#leave = button(
      { class: 'tool', label: 'Leave the battle', onClick: () => actions.leave() },
      icon(ICONS.exit),
    )
    this.tools = this.#createTools(actions)
    this.#joinBox = this.#createJoinBox(actions)
    this.#touch = createTouchControls(input)
    this.#assemble()
  }

  /** Watching or playing. */
  setMode(mode: 'spectating' | 'playing'): void {
    this.root.dataset['mode'] = mode
    setShown(this.#joinBox, mode === 'spectating')
    setShown(this.#leave, mode === 'playing')
    setShown(this.#touch, mode === 'playing')
  }

  setWhere(view: { mode: string; map: string; soldierCount: number }): void {
    setText(this.#where, `${view.mode} · ${view.map}`)
    const verb = view.soldierCount === 1 ? 'soldier fights' : 'soldiers fight'
    setText(this.#joinText, `${view.soldierCount} ${verb} on ${view.map}`)
  }

  setAutoShown(isShown: boolean): void {
    setShown(this.#auto, isShown)
  }

  openJoin(view: { balance: Balance; where: string; choice: JoinChoice }): void {
    this.join.open(view)
  }

  #createTools(actions: HudActions): HTMLElement {
    return el(
      'nav',
      { class: 'tools', attributes: { 'aria-label': 'Tools' } },
      createTool('Scoreboard (Tab)', ICONS.score, () => actions.toggleScoreboard()),
      createTool('Light or dark', ICONS.theme, () => actions.toggleTheme()),
      createTool('Engineer’s panel (`)', ICONS.gauge, () => actions.toggleEngineer()),
      createTool('Help', ICONS.help, () => this.help.showModal()),
      this.#leave,
    )
  }

  #createJoinBox(actions: HudActions): HTMLElement {
    return el(
      'div',
      { class: 'join-box' },
      this.#auto,
      button(
        { class: 'primary-button join-button', onClick: () => actions.openJoin() },
        el('strong', { text: 'Join the battle' }),
        this.#joinText,
      ),
    )
  }

  #assemble(): void {
    const brand = el(
      'div',
      { class: 'brand' },
      icon('M4 9l8-5 8 5 M4 15l8-5 8 5 M4 21l8-5 8 5'),
      el('div', {}, el('h1', { text: 'Battalion' }), this.#where),
    )
    this.root.append(
      this.labels.root,
      this.reticle.root,
      this.#touch,
      brand,
      el(
        'div',
        { class: 'top' },
        this.strip.root,
        this.strip.chips,
        this.banners.connection,
        this.banners.news,
      ),
      el('div', { class: 'right' }, this.tools, this.feed.root),
      this.minimap.root,
      this.vitals.root,
      this.#joinBox,
      this.respawn.root,
      this.scoreboard.root,
      this.result.root,
      this.engineer.root,
      this.join.root,
      this.help,
    )
  }
}

function createTool(label: string, path: string, onClick: () => void): HTMLElement {
  return button({ class: 'tool', label, onClick }, icon(path))
}
