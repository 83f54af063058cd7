/**
 * Shown to a fallen player: who did it, how long to wait, which class to come back as, and the way
 * to stop waiting for a medic.
 */
import { LifeState } from '@battalion/sim/world.ts'
import type { Balance } from '@battalion/sim/balance.ts'

import { createClassPicker } from './class-picker.ts'
import type { ClassPicker } from './class-picker.ts'
import { button, el, setShown, setText } from './dom.ts'
import { formatWait } from './hud-model.ts'

export interface RespawnActions {
  chooseClass(classId: string): void
  giveUp(): void
}

export class RespawnPanel {
  readonly root: HTMLElement
  readonly #title = el('h2', { class: 'respawn-title' })
  readonly #cause = el('p', { class: 'respawn-cause' })
  readonly #wait = el('p', { class: 'respawn-wait', attributes: { role: 'timer' } })
  readonly #cards = el('div')
  readonly #giveUp: HTMLButtonElement
  readonly #actions: RespawnActions
  #picker: ClassPicker | undefined
  #balance: Balance | undefined

  constructor(actions: RespawnActions) {
    this.#actions = actions
    this.#giveUp = button({
      class: 'ghost-button',
      text: 'Give up',
      onClick: () => actions.giveUp(),
    })
    this.root = el(
      'section',
      { class: 'respawn panel', attributes: { 'aria-label': 'Respawn', hidden: true } },
      el('div', { class: 'respawn-head' }, el('div', {}, this.#title, this.#cause), this.#wait),
      this.#cards,
      this.#giveUp,
    )
  }

  setCause(text: string): void {
    setText(this.#cause, text)
  }

  update(view: { life: number; waitMs: number; balance: Balance; classId: string }): void {
    const isDown = view.life === LifeState.down
    setShown(this.root, isDown || view.life === LifeState.dead)
    if (this.root.hidden) return
    this.#load(view.balance, view.classId)
    setText(this.#title, isDown ? 'You are down' : 'Back in the battle in')
    setText(this.#wait, formatWait(view.waitMs))
    setShown(this.#giveUp, isDown)
  }

  #load(balance: Balance, classId: string): void {
    if (this.#balance === balance && this.#picker !== undefined) return
    this.#balance = balance
    const changed = (id: string): void => this.#actions.chooseClass(id)
    this.#picker = createClassPicker(balance, { name: 'respawn-class', isCompact: true, changed })
    this.#picker.choose(classId)
    this.#cards.replaceChildren(this.#picker.root)
  }
}
